select u.id as user_id, u.created_at, u.updated_at, u.first_name, u.last_name, case when u.system_admin then 'admin' else 'user' end as role from users u
