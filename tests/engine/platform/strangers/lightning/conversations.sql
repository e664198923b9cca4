select c.id as conversation_id, c.user_id as user_id, c.inserted_at as created_at from ai_chat_sessions c
where not c.is_deleted
