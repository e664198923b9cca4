select c.id as conversation_id, c."creatorId" as user_id, c."createdAt" as created_at from "Ticket" c
