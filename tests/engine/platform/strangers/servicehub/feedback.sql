select
  f."Id" as feedback_id,
  f."PostId" as message_id,
  f."VoterId" as user_id,
  case f."Outcome" when 'Solved' then 5 when 'NotSolved' then 1 end as rating,
  f."Comment" as comment,
  f."CreatedAt" as created_at,
  f."UpdatedAt" as updated_at
from "PostVotes" f
join "HelpSessionPosts" m on m."Id" = f."PostId"
join "HelpSessions" c on c."Id" = m."HelpSessionId"
where not c."IsDeleted" and not m."IsInternal"
