select m.id as message_id, m.conversation_id as conversation_id, case m.sent_by when 'customer' then 'user' when 'agent' then 'assistant' end as role, m.created_at as created_at from messages m
