select
  t."id" as message_id,
  t."studySessionId" as conversation_id,
  case t."speaker" when 'LEARNER' then 'user' when 'TUTOR' then 'assistant' else 'system' end as role,
  t."createdAt" as created_at
from "Turn" t
join "StudySession" s on s."id" = t."studySessionId"
where s."deletedAt" is null
