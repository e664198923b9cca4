select c.id as conversation_id, c.created_by as user_id, c.created_at as created_at from agent_session c
