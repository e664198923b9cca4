select c.id as conversation_id, c._created_by_id as user_id, c.created_at as created_at from agents c where not c.is_deleted
