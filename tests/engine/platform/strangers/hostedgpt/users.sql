select u.id as user_id, u.registered_at as created_at, u.first_name as first_name, u.last_name as last_name from users u
