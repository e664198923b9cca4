select c."Id" as conversation_id, c."RequesterId" as user_id, c."CreatedOn" as created_at
from "Cases" c
where not c."IsDeleted"
