select c.id as conversation_id, c.contact_id as user_id, c.created_at from conversations c
