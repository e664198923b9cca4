-- A message is an element of the consultation's turns; its id is its place there.
select
  c.consultation_no || ':' || t.n as message_id,
  c.consultation_no as conversation_id,
  case t.value ->> 'from' when 'grower' then 'user' else 'assistant' end as role,
  to_timestamp((t.value ->> 'at')::numeric / 1000) as created_at
from consultation c
cross join lateral jsonb_array_elements(c.turns) with ordinality as t (value, n)
where not c.binned
