-- Calls of tools and their results are steps as well: what the agent does is the assistant's, a result counts as other.
select
  s.id as message_id,
  r.task_id as conversation_id,
  case s.actor when 'developer' then 'user' when 'agent' then 'assistant' when 'runtime' then 'system' else s.actor end as role,
  s.created_at
from steps s
join runs r on r.id = s.run_id
join tasks t on t.id = r.task_id
where t.trashed_at is null
