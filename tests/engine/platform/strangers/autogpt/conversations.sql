select c.id as conversation_id, c."userId" as user_id, c."createdAt" as created_at from platform."ChatSession" c
