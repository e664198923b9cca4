select
  c.id as message_id,
  c.discussion_id as conversation_id,
  case c.author when 'employee' then 'user' when 'assistant' then 'assistant' else c.author::text end as role,
  c.written_at as created_at
from contributions c
join discussions d on d.id = c.discussion_id
where c.finish <> 'draft' and d.removed_at is null
