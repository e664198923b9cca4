select m.id as message_id, m.session_id as conversation_id, case when m.is_user then 'user' else 'assistant' end as role, m.timestamp as created_at from mainapp_chatmessage m
