-- Proposed by `gendash init` from public.conversations, about 120 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  'customer:' || c.customer_id as user_id,
  c.id as conversation_id,      -- 98%: primary key
  c.inserted_at as created_at   -- 91%: timestamp without time zone
from public.conversations c
