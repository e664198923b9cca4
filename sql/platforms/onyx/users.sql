-- versions: Onyx, its models of August 2026
select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case when u.role = 'ADMIN' then 'admin' else 'user' end as role,
  u.is_active,
  u.personal_name as first_name
from "user" u
