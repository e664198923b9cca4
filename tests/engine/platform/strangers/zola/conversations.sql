select c.id as conversation_id, c.user_id, c.created_at
from chats c
