select u.id as user_id, u.created_at as created_at, u.name as first_name from "User" u
