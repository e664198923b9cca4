select m.name as message_id, m.chat as conversation_id, case m.author when 'AI' then 'assistant' else 'user' end as role, m.created_time as created_at from message m join chat c on c.name = m.chat
where m.is_deleted is not true and c.is_deleted is not true
