-- versions: Yuxi-Know, its models at the time of writing
select
  u.id as user_id,
  u.created_at,
  case u.role when 'superadmin' then 'super_admin' else u.role end as role,
  u.username as first_name
from users u
where u.is_deleted = 0
