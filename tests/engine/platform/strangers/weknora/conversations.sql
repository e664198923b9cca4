select s.id as conversation_id, s.user_id as user_id, s.created_at as created_at from sessions s
where s.deleted_at is null
