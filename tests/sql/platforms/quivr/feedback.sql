-- Proposed by `gendash init` from public.chat_history, about 400 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.message_id || ':' || m.chat_id as feedback_id,                   -- 70%: ratings are in the message
  m.message_id || ':' || m.chat_id as message_id,                    -- 70%: ratings are in the message
  case when m.thumbs then 5 when not m.thumbs then 1 end as rating,  -- 70%: boolean
  m.message_time as created_at                                       -- 50%: timestamp with time zone; its name is similar
from public.chat_history m
where m.thumbs is not null  -- 70%: rated messages
