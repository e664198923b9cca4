select c.id as conversation_id, 'contact:' || c."contactId" as user_id, c."createdAt" as created_at from "Tickets" c
