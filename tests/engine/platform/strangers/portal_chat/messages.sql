select m.id as message_id, m."conversationId" as conversation_id, lower(m."senderType") as role, m."createdAt" as created_at from chat_messages m
