select c.id as conversation_id, c."userId" as user_id, c."createdAt" as created_at from chat_conversations c
