-- versions: n8n with Chat Hub, its entities at 07a85169 (2.x)
select
  u.id as user_id,
  u."createdAt" as created_at,
  u."updatedAt" as updated_at,
  case when u."roleSlug" in ('global:owner', 'global:admin') then 'admin' else 'user' end as role,
  not u.disabled as is_active,
  u."firstName" as first_name,
  u."lastName" as last_name
from "user" u
