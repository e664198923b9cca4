select m.id as message_id, coalesce(m.topic_id, m.session_id) as conversation_id, m.role, m.created_at from messages m
