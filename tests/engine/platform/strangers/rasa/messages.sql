select e.id as message_id, e.sender_id as conversation_id, case e.type_name when 'user' then 'user' else 'assistant' end as role, e."timestamp" as created_at
from events e
where e.type_name in ('user', 'bot')
