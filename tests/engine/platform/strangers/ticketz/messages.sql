select m.id as message_id, m."ticketId" as conversation_id, case when m."fromMe" then 'assistant' else 'user' end as role, m."createdAt" as created_at from "Messages" m where not m."isDeleted"
