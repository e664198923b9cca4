select m."MessageId" as message_id, m."TicketId" as conversation_id, case when m."IsCustomerMessage" then 'user' else 'assistant' end as role, m."CreatedAt" as created_at from "Messages" m
