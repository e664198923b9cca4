select u.id as user_id, u.created_at as created_at, u.updated_at as updated_at, u.first_name as first_name, u.last_name as last_name from public.users u
