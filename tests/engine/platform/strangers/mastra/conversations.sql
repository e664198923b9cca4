select c.id as conversation_id, c."resourceId" as user_id, c."createdAt" as created_at from mastra_threads c
