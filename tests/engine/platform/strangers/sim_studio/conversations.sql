select c.id as conversation_id, c.user_id, c.created_at from copilot_chats c
