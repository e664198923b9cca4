-- Proposed by `gendash init` from public.chat_history, about 400 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.message_id || ':' || m.chat_id || ':question' as message_id,  -- 85%: primary key, its columns together
  m.chat_id as conversation_id,                                   -- 97%: foreign key to chats
  m.message_time as created_at,                                   -- 69%: timestamp with time zone; its name is similar
  m.metadata as metadata,                                         -- 90%: jsonb
  'user' as role                                                  -- 75%: a row is a question and its answer: user_message
from public.chat_history m
where m.user_message <> ''  -- 75%: who wrote nothing wrote no message
union all
select
  m.message_id || ':' || m.chat_id::text as message_id,  -- 85%: primary key, its columns together
  m.chat_id as conversation_id,                          -- 97%: foreign key to chats
  m.message_time as created_at,                          -- 69%: timestamp with time zone; its name is similar
  m.metadata as metadata,                                -- 90%: jsonb
  'assistant' as role                                    -- 75%: a row is a question and its answer: assistant
from public.chat_history m
where m.assistant <> ''  -- 75%: who wrote nothing wrote no message
