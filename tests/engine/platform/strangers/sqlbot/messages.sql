select m.id::text as message_id, m.chat_id as conversation_id, 'assistant' as role, m.finish_time as created_at
from chat_record m
join chat c on c.id = m.chat_id
where m.finish and m.error is null and m.question is not null
union all
select m.id || ':question', m.chat_id, 'user', m.create_time
from chat_record m
join chat c on c.id = m.chat_id
where m.question is not null
