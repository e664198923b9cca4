select
  'patients:' || p.id as user_id,
  p.created_at,
  p.updated_at,
  'user' as role,
  true as is_active,
  p.first_name,
  p.last_name
from patients p
where p.discarded_at is null
union all
select
  'staff_members:' || s.id,
  s.created_at,
  s.updated_at,
  case s.position when 'administrator' then 'admin' else 'user' end,
  s.active,
  s.full_name,
  null
from staff_members s
