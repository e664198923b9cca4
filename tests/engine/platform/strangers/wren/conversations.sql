select c.id as conversation_id, c.created_at as created_at from thread c
