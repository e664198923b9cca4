select c.id as conversation_id, c.created_at from agent_executions c
