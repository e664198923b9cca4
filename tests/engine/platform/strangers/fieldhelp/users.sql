select
  p.id as user_id,
  p.date_joined as created_at,
  p.modified as updated_at,
  case when p.is_superuser then 'admin' else 'user' end as role,
  p.is_active,
  p.first_name,
  p.last_name
from accounts_person p
