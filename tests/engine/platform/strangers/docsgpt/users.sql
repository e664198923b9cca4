select u.user_id as user_id, u.created_at as created_at, u.updated_at as updated_at, u.active as is_active from users u
