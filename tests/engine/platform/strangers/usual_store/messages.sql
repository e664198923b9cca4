select m.id as message_id, m.ticket_id as conversation_id, case m.sender_type when 'supporter' then 'assistant' else m.sender_type end as role, m.created_at as created_at from support_messages m
