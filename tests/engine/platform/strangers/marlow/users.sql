select
  d.id as user_id,
  d.created_at,
  d.updated_at,
  case when d.site_admin then 'admin' else 'user' end as role,
  not d.suspended as is_active,
  d.display_name as first_name
from developers d
