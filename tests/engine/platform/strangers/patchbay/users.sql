select
  d.id as user_id,
  d.created as created_at,
  d.changed as updated_at,
  case when d.site_admin then 'admin' else 'user' end as role,
  d.suspended_at is null as is_active,
  d.real_name as first_name
from public.developer d
