select u.id as user_id, u.username as first_name, case when u.is_system_admin then 'admin' else 'user' end as role, u.is_active as is_active, u.created_at as created_at, u.updated_at as updated_at from users u
where u.deleted_at is null
