select
  u.id as user_id,
  u.created_date as created_at,
  u.last_modified_date as updated_at,
  case when exists (select from jhi_user_authority a where a.user_id = u.id and a.authority_name = 'ROLE_ADMIN') then 'admin' else 'user' end as role,
  u.activated as is_active,
  u.first_name,
  u.last_name
from jhi_user u
