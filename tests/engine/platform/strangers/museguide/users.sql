select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case p.member_kind when 'admin' then 'admin' else 'user' end as role,
  p.full_name as first_name
from auth.users u
join profiles p on p.id = u.id
where u.deleted_at is null
