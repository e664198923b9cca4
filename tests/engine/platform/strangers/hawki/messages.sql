select m.id as message_id, m.conv_id as conversation_id, m.message_role as role, m.created_at
from ai_conv_msgs m
