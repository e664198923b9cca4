select c.session_id as conversation_id, c.user_id as user_id, c.created_at as created_at from sessions c
