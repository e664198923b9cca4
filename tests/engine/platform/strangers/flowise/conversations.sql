select m."chatId" as conversation_id, min(m."createdDate") as created_at from chat_message m group by m."chatId"
