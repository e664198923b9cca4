select m.id as message_id, m.conversation_id as conversation_id, case when m."from" = 'agent' then 'assistant' when m.user_id is not null and c.channel <> 'dashboard' then 'assistant' else 'user' end as role, m.created_at as created_at
from messages m
join conversations c on c.id = m.conversation_id
