select
  u.analyst_id as user_id,
  u.created_at,
  u.updated_at,
  case u.access_level when 'owner' then 'admin' else 'user' end as role,
  not u.disabled as is_active,
  u.display_name as first_name
from qb.analyst u
