-- Proposed by `gendash init` from public.chats, about 70 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  c.chat_id as conversation_id,   -- 98%: primary key
  c.user_id as user_id,           -- 97%: foreign key to users
  c.creation_time as created_at   -- 69%: timestamp without time zone; its name is similar
from public.chats c
