-- Proposed by `gendash init` from public.messages, about 700 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.id as message_id,                    -- 98%: primary key
  m.conversation_id as conversation_id,  -- 97%: foreign key to conversations
  case when m.customer_id is not null then 'user' else 'assistant' end as role,
  m.sent_at as created_at,               -- 97%: timestamp without time zone
  m.metadata as metadata                 -- 90%: jsonb
from public.messages m
where not m.private
