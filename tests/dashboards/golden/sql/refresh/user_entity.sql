-- user_entity: Accounts, without names and addresses.

select user_id, created_at, updated_at, role, is_active
from (
select user_id, created_at, case when updated_at >= timestamptz '2000-01-01 00:00:00+00' and updated_at < timestamptz '2200-01-01 00:00:00+00' then updated_at end as updated_at, role, is_active from (
select
  u.id::text as user_id,
  u.created_at::timestamptz as created_at,
  u.updated_at::timestamptz as updated_at,
  case when lower(u.role::text) in ('user') then 'user' when lower(u.role::text) in ('admin') then 'admin' when lower(u.role::text) in ('super_admin') then 'super_admin' else 'other' end as role,
  coalesce(u.is_active::boolean, true) as is_active
from public.users u
) given where user_id is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00' and role is not null and is_active is not null
) s;
