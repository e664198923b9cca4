select u.id as user_id, u.created_at as created_at, u.updated_at as updated_at from users u
