select 'customers:' || c.id as user_id, c.created_at as created_at, c.updated_at as updated_at, c.first_name as first_name, c.last_name as last_name, 'user' as role, true as is_active from customers c
union all
select 'users:' || u.id, u.created_at, u.updated_at, u.first_name, u.last_name, case u.role when 2 then 'admin' else 'user' end, u.status = 1 from users u
