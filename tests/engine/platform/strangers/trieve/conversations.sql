select c.id as conversation_id, c.owner_id as user_id, c.created_at from topics c where not c.deleted
