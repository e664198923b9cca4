-- Results of tools keep their word and count as other.
select
  x.id as message_id,
  x.thread_id as conversation_id,
  case x.speaker when 'member' then 'user' when 'copilot' then 'assistant' else 'tool' end as role,
  x.spoken_at as created_at
from utterances x
join threads t on t.id = x.thread_id
where t.discarded_at is null
