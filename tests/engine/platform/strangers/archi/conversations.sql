select c.conversation_id as conversation_id, c.client_id as user_id, c.created_at as created_at from conversation_metadata c
