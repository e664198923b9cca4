select
  u.id as user_id,
  u.date_joined as created_at,
  case when u.is_superuser or u.is_staff then 'admin' else 'user' end as role,
  u.is_active,
  u.first_name,
  u.last_name
from accounts_person u
