select
  'players:' || p.id as user_id,
  p.created_at,
  p.updated_at,
  'user' as role,
  p.banned_at is null as is_active,
  p.nickname as first_name
from players p
union all
select
  'staff_members:' || s.id,
  s.created_at,
  s.updated_at,
  case when s.is_admin then 'admin' else 'user' end,
  s.left_at is null,
  s.name
from staff_members s
