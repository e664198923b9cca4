select u.id as user_id, u.created_at, u.updated_at, u.first_name, u.last_name from users u
