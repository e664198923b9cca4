select c."TicketId" as conversation_id, c."CustomerId" as user_id, c."CreatedAt" as created_at from "Tickets" c
