select 'customers:' || c.id as user_id, c.created_at as created_at, c.updated_at as updated_at, c.display_name as first_name, 'user' as role from customers c
union all
select 'agents:' || a.id, a.created_at, a.updated_at, a.display_name, case when a.admin then 'admin' else 'user' end from agents a
