select e.sender_id as conversation_id, e.sender_id as user_id, min(e."timestamp") as created_at from events e where e.type_name in ('user', 'bot') group by e.sender_id
