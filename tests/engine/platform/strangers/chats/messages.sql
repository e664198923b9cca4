select m."Id" as message_id, m."ChatId" as conversation_id, case when m."IsUser" then 'user' else 'assistant' end as role, (select min(s."CreatedAt") from "Step" s where s."TurnId" = m."Id") as created_at
from "ChatTurn" m
join "Chat" c on c."Id" = m."ChatId"
where not c."IsArchived"
