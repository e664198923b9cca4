select u.id as user_id, u.created_at as created_at, u.full_name as first_name, case when u.is_admin then 'admin' else 'user' end as role, u.is_active as is_active from users u
