select m.id as message_id, m."ticketId" as conversation_id, case when m."userId" is null then 'user' else 'assistant' end as role, m."createdAt" as created_at from "Comment" m where m.public
