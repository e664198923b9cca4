select m.id as message_id, m.conversation_id as conversation_id, case m.role when 'agent' then 'assistant' else m.role end as role, m.created_at as created_at from messages m
where m.visibility = 'user-facing'
