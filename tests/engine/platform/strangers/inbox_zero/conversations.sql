select c.id as conversation_id, (select e."userId" from "EmailAccount" e where e.id = c."emailAccountId") as user_id, c."createdAt" as created_at from "Chat" c
where c."deletedAt" is null
