select m.id as message_id, m."sessionId" as conversation_id, m.role, m."createdAt" as created_at from platform."ChatMessage" m
