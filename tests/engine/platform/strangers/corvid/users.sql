select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case when p.is_admin then 'admin' else 'user' end as role,
  u.banned_until is null as is_active,
  p.full_name as first_name
from auth.users u
left join public.profiles p on p.id = u.id
where u.deleted_at is null
