select m.id as message_id, m.conversation_id as conversation_id, case m.type when 1 then 'user' when 2 then 'assistant' end as role, m.created_at as created_at from threads m join conversations c on c.id = m.conversation_id
where m.type in (1, 2) and m.state = 2 and c.state = 2
