select m.id as message_id, m.conversation_id as conversation_id, m.role as role, m.created_at as created_at from conversation_messages m
