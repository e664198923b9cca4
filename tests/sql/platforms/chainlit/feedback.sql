-- Proposed by `gendash init` from public.feedbacks, about 120 rows.
-- Beside each line: how sure it is, and why. Read what is below 80%; then take this line out.
select
  f.id as feedback_id,                                     -- 98%: primary key
  f."forId" as message_id,                                 -- 76%: the type of steps.id
  case f.value when 1 then 5 when 0 then 1 end as rating,  -- 89%: 1 and 0
  f.comment as comment,                                    -- 90%: text
  m."createdAt" as created_at,                             -- 70%: no time of its own: that of the message
  c."userId" as user_id                                    -- 70%: that of the conversation
from public.feedbacks f
join public.steps m on m.id = f."forId"
join public.threads c on c.id = m."threadId"
