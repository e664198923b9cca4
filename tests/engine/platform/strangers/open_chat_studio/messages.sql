select m.id as message_id, m.chat_id as conversation_id, m.message_type as role, m.created_at as created_at from chat_chatmessage m
