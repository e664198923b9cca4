select c."Id" as conversation_id, c."RequesterId" as user_id, c."StartedAt" as created_at
from "HelpSessions" c
where not c."IsDeleted"
