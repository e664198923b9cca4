select
  e.id as user_id,
  e.joined_at as created_at,
  e.profile_changed_at as updated_at,
  case e.access_level when 'administrator' then 'admin' else 'user' end as role,
  e.disabled_at is null as is_active,
  e.display_name as first_name
from employees e
