select m.id as message_id, m.thread_id as conversation_id, case when m.sender_id is not null then 'user' else 'assistant' end as role, m.created_at as created_at from messages m
