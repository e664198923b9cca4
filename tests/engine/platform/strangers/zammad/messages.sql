select m.id as message_id, m.ticket_id as conversation_id, case s.name when 'Customer' then 'user' when 'Agent' then 'assistant' when 'System' then 'system' end as role, m.created_at
from ticket_articles m
join ticket_article_senders s on s.id = m.sender_id
where not m.internal
