select m.id as message_id, m.agent_id as conversation_id, m.role as role, m.created_at as created_at from messages m join agents c on c.id = m.agent_id where not m.is_deleted and not c.is_deleted
