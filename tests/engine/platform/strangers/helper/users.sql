select 'mailboxes_platformcustomer:' || c.id as user_id, c.created_at as created_at, c.updated_at as updated_at, c.name as first_name, 'user' as role, true as is_active from mailboxes_platformcustomer c
union all
select 'user_profiles:' || p.id, p.created_at, p.updated_at, p.display_name, case p.permissions when 'admin' then 'admin' else 'user' end, p.deleted_at is null from user_profiles p
