select m.id as message_id, m."chatId" as conversation_id, case m.role when 'userMessage' then 'user' when 'apiMessage' then 'assistant' end as role, m."createdDate" as created_at from chat_message m
