-- Proposed by `gendash init` from public.workspace_chats, about 340 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  m.id as feedback_id,                                                    -- 70%: ratings are in the message
  m.id as message_id,                                                     -- 70%: ratings are in the message
  case when m."feedbackScore" then 5 when not m."feedbackScore" then 1 end as rating,  -- 70%: boolean
  m.user_id as user_id,                                                   -- 70%: foreign key to users
  m."createdAt" as created_at                                             -- 50%: timestamp without time zone
from public.workspace_chats m
where m."feedbackScore" is not null  -- 70%: rated messages
