select m.id as message_id, m.thread_id as conversation_id, m.role as role, m."createdAt" as created_at from mastra_messages m
