select c.id as conversation_id, c.user_id as user_id, c.create_time as created_at from sessions c
