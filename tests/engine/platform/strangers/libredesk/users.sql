select u.id as user_id, u.created_at, u.updated_at, u.first_name, u.last_name,
  case when exists (select from user_roles x join roles r on r.id = x.role_id where x.user_id = u.id and r.name = 'Admin') then 'admin' else 'user' end as role, u.enabled as is_active
from users u
where u.deleted_at is null
