select u.id as user_id, (select min(c.created_at) from chat c where c.user_id = u.id) as created_at, u.display_name as first_name from "user" u
