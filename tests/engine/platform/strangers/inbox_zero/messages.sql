select m.id as message_id, m."chatId" as conversation_id, m.role as role, m."createdAt" as created_at from "ChatMessage" m join "Chat" c on c.id = m."chatId"
where c."deletedAt" is null
