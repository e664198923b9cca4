select m.message_id as message_id, m.conversation_id as conversation_id, case m.sender when 'User' then 'user' else 'assistant' end as role, m.ts as created_at from conversations m
