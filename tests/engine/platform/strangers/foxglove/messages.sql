select m.id as message_id, m.chat_id as conversation_id, case when m.author_type in ('User', 'Visitor') then 'user' when m.author_type = 'Bot' then 'assistant' when m.author_type is null then 'system' end as role, m.created_at
from messages m
join chats c on c.id = m.chat_id
where c.discarded_at is null
