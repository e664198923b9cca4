-- What a learner archives still counts; what is deleted does not.
select s."id" as conversation_id, s."learnerId" as user_id, s."createdAt" as created_at, s."spoken" as is_voice
from "StudySession" s
where s."deletedAt" is null
