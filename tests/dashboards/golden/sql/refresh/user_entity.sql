-- user_entity: Accounts, without names and addresses.

select user_id, created_at, updated_at, role, is_active
from (
select
  u.id::text as user_id,
  u.created_at::timestamptz as created_at,
  u.updated_at::timestamptz as updated_at,
  case
    when u.role in ('user') then 'user'
    when u.role in ('admin') then 'admin'
    when u.role in ('super_admin') then 'super_admin'
    else 'other'
  end as role,
  coalesce(u.is_active, true) as is_active
from public.users u
) s;
