select m.id as message_id, m.session_id as conversation_id, m.role as role, m.created_at as created_at from messages m join sessions s on s.id = m.session_id
where m.deleted_at is null and s.deleted_at is null
