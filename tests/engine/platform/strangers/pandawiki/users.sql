select 'auths:' || a.id as user_id, a.user_info ->> 'username' as first_name, 'user' as role, a.created_at as created_at, a.updated_at as updated_at from auths a
union all
select 'users:' || u.id, u.account, u.role, u.created_at, null from users u
