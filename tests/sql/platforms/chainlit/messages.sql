-- Proposed by `gendash init` from public.steps, about 3,000 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.id as message_id,                                                     -- 98%: primary key
  m."threadId" as conversation_id,                                        -- 97%: foreign key to threads
  case lower(m.type) when 'assistant_message' then 'assistant' when 'user_message' then 'user' else lower(m.type) end as role,  -- 61%: words assistant_message, llm, run, tool, user_message
  m."createdAt" as created_at                                             -- 93%: text of times
from public.steps m
where m.type in ('user_message', 'assistant_message')
