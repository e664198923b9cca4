select m.id as message_id, m.chat_id as conversation_id, m.role, m.created_at
from messages m
