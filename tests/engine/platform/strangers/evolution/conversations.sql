select c."remoteJid" as conversation_id, c."remoteJid" as user_id, c."createdAt" as created_at from "Chat" c
