select c.id as conversation_id, c.visitor_id as user_id, c.created_at
from guided_chats c
