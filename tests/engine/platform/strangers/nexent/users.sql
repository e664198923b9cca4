select u.user_id as user_id, case u.user_role when 'SU' then 'super_admin' when 'SUPER_ADMIN' then 'super_admin' when 'ADMIN' then 'admin' else 'user' end as role, u.create_time as created_at, u.update_time as updated_at from nexent.user_tenant_t u
where u.delete_flag = 'N'
