select c.id as conversation_id, c."userId" as user_id, c."createdAt" as created_at from "Conversation" c
where c.deleted is null
