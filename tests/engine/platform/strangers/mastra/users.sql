select u.id as user_id, u."createdAt" as created_at, u."updatedAt" as updated_at from mastra_resources u
