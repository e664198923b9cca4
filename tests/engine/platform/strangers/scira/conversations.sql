select c.id as conversation_id, c."userId" as user_id, c.created_at as created_at from chat c
