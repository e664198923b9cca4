select c.id as conversation_id, c.create_by as user_id, c.create_time as created_at from chat c
