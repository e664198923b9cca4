-- Proposed by `gendash init` from public.database_conversation, about 60 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  c.id as conversation_id,     -- 98%: primary key
  c.user_id as user_id,        -- 97%: foreign key to database_khojuser
  c.created_at as created_at   -- 95%: timestamp with time zone
from public.database_conversation c
