select c.id as conversation_id, c.creator_id as user_id, c.created_at as created_at from raif_conversations c
