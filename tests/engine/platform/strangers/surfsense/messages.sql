select m.id as message_id, m.thread_id as conversation_id, lower(m.role::text) as role, m.created_at as created_at from new_chat_messages m
