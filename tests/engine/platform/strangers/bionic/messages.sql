select m.id as message_id, m.conversation_id, lower(m.role::text) as role, m.created_at from chats m
