select u.id as user_id, u.created_at, u.updated_at, u.firstname as first_name, u.lastname as last_name, u.active as is_active,
  case when exists (select from roles_users x join roles r on r.id = x.role_id where x.user_id = u.id and r.name = 'Admin') then 'admin' else 'user' end as role
from users u
