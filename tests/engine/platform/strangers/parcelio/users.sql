select
  u.id as user_id,
  u.created_at,
  u.updated_at,
  case when exists (select from model_has_roles r join roles n on n.id = r.role_id where r.model_id = u.id and n.name = 'admin') then 'admin' else 'user' end as role,
  not u.blocked as is_active,
  u.name as first_name
from users u
where u.deleted_at is null
