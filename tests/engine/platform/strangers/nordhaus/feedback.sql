select
  s."Id" as feedback_id,
  s."CaseEntryId" as message_id,
  s."ActorId" as user_id,
  case s."Mood" when 'Terrible' then 1 when 'Bad' then 2 when 'Okay' then 3 when 'Good' then 4 when 'Great' then 5 end as rating,
  s."Explanation" as comment,
  s."CreatedOn" as created_at
from "AnswerScores" s
join "CaseEntries" e on e."Id" = s."CaseEntryId"
join "Cases" c on c."Id" = e."CaseId"
where not c."IsDeleted"
