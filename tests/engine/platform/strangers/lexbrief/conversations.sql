select c.id as conversation_id, c."openedById" as user_id, c."createdAt" as created_at
from "Dialogue" c
where c."trashedAt" is null
