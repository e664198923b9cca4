select m.id as message_id, m.chat_id as conversation_id, case when m.is_bot then 'assistant' else 'user' end as role, m.date_created as created_at from chat_message m
