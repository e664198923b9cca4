select
  m.step_id as message_id,
  m.investigation_id as conversation_id,
  case m.actor when 'analyst' then 'user' when 'agent' then 'assistant' end as role,
  m.occurred_at as created_at
from qb.step m
join qb.investigation c on c.investigation_id = m.investigation_id
where c.deleted_at is null and m.actor in ('analyst', 'agent')
