select 'customer_user:' || c.id as user_id, c.create_time as created_at, c.change_time as updated_at, c.first_name as first_name, c.last_name as last_name, 'user' as role, c.valid_id = 1 as is_active from customer_user c
union all
select 'users:' || u.id, u.create_time, u.change_time, u.first_name, u.last_name, case when exists (select from group_user g join permission_groups p on p.id = g.group_id where g.user_id = u.id and p.name = 'admin') then 'admin' else 'user' end, u.valid_id = 1 from users u
