-- versions: Langflow, its models at 01858599, 03797e79 and 0907a69f (1.x)
select
  u.id as user_id,
  u.create_at as created_at,
  u.updated_at,
  case when u.is_superuser then 'admin' else 'user' end as role,
  u.is_active,
  u.username as first_name
from "user" u
