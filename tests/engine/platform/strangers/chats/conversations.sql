select c."Id" as conversation_id, c."UserId" as user_id, c."CreatedAt" as created_at from "Chat" c
where not c."IsArchived"
