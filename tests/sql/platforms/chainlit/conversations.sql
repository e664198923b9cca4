-- Proposed by `gendash init` from public.threads, about 90 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  c.id as conversation_id,      -- 98%: primary key
  c."userId" as user_id,        -- 97%: foreign key to users
  c."createdAt" as created_at   -- 93%: text of times
from public.threads c
