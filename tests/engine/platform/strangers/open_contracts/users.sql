select u.id as user_id, u.date_joined as created_at, u.name as first_name, case when u.is_superuser or u.is_staff then 'admin' else 'user' end as role, u.is_active as is_active from users_user u
