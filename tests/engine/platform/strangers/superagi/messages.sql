select m.id as message_id, m.agent_execution_id as conversation_id, m.role, m.created_at from agent_execution_feeds m
