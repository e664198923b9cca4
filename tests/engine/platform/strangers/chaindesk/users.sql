select 'users:' || u.id as user_id, u.name as first_name, null as last_name, case when u.role = 'SUPERADMIN' then 'super_admin' else 'user' end as role, u.created_at as created_at, u.updated_at as updated_at from users u
union all
select 'contacts:' || c.id, c.first_name, c.last_name, 'user', c.created_at, c.updated_at from contacts c
union all
select 'visitors:' || v.id, null, null, 'user', v.created_at, v.updated_at from visitors v
