select u.id as user_id, u.name as first_name, u.status = 1 as is_active, u.create_time as created_at from sys_user u
