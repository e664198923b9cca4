select u.id as user_id, u.create_time as created_at, u.update_time as updated_at, u.nick_name as first_name, lower(u.role) as role, u.is_active from "user" u
