select
  c.consultation_no || ':' || t.n as feedback_id,
  c.consultation_no || ':' || t.n as message_id,
  'grower:' || c.grower_no as user_id,
  case t.value ->> 'mark' when 'good' then 5 when 'bad' then 1 end as rating,
  t.value ->> 'mark_text' as comment,
  to_timestamp((t.value ->> 'at')::numeric / 1000) as created_at
from consultation c
cross join lateral jsonb_array_elements(c.turns) with ordinality as t (value, n)
where not c.binned and t.value ->> 'mark' is not null
