select
  r."id" as feedback_id,
  r."turnId" as message_id,
  r."reviewerId" as user_id,
  r."stars" as rating,
  r."note" as comment,
  r."createdAt" as created_at,
  r."updatedAt" as updated_at
from "TurnReview" r
join "Turn" t on t."id" = r."turnId"
join "StudySession" s on s."id" = t."studySessionId"
where s."deletedAt" is null
