select u.id as user_id, u.name as first_name, u.is_active as is_active, u.created_at as created_at, u.updated_at as updated_at from users u
