select m."Id" as feedback_id, m."Id" as message_id, c."UserId" as user_id, case when m."ReactionId" then 5 else 1 end as rating, (select min(s."CreatedAt") from "Step" s where s."TurnId" = m."Id") as created_at
from "ChatTurn" m
join "Chat" c on c."Id" = m."ChatId"
where m."ReactionId" is not null and not c."IsArchived"
