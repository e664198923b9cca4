select m.message_id as message_id, m.thread_id as conversation_id, m.type as role, m.created_at as created_at from messages m
where m.type in ('user', 'assistant')
