-- Proposed by `gendash init` from public.database_conversation, about 60 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  c.id || ':' || m.n as message_id,                                       -- 60%: its place in conversation_log.chat
  c.id as conversation_id,                                                -- 60%: the conversation that holds it
  case lower(m.value ->> 'by') when 'khoj' then 'assistant' when 'you' then 'user' else lower(m.value ->> 'by') end as role,  -- 60%: words khoj, you
  m.value ->> 'created' as created_at                                     -- 60%: text of times
from public.database_conversation c
cross join lateral jsonb_array_elements(case when jsonb_typeof(c.conversation_log -> 'chat') = 'array' then c.conversation_log -> 'chat' else '[]' end) with ordinality as m (value, n)
