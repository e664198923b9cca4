select c.id as conversation_id, 'client:' || c."clientId" as user_id, c."createdAt" as created_at from "Ticket" c
