select u.id as user_id, u.created_at, u.updated_at, u.name as first_name from users u
