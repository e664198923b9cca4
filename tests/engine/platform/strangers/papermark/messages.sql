select m.id as message_id, m."conversationId" as conversation_id, case when m."viewerId" is not null then 'user' else 'assistant' end as role, m."createdAt" as created_at from "Message" m
