select s.session_id as conversation_id, s.user_id, s.created_at, s.metadata from sessions s where s.deleted_at is null
