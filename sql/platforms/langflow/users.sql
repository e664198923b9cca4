-- versions: Langflow 1.1 to 1.6
select
  u.id as user_id,
  u.create_at as created_at,
  u.updated_at,
  case when u.is_superuser then 'admin' else 'user' end as role,
  u.is_active,
  u.username as first_name
from "user" u
