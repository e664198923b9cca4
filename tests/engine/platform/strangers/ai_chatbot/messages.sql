select m.id as message_id, m."chatId" as conversation_id, m.role, m."createdAt" as created_at from "Message_v2" m
