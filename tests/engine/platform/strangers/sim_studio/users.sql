select u.id as user_id, u.created_at, u.updated_at, case when u.is_super_user then 'admin' else 'user' end as role, u.name as first_name from "user" u
