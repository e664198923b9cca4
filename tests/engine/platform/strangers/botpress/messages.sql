select m.id as message_id, m."conversationId" as conversation_id, case when m."authorId" is null then 'assistant' else 'user' end as role, m."sentOn" as created_at from messages m
