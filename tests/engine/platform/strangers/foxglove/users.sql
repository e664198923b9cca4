select u.id as user_id, u.created_at, u.updated_at, case u.role when 'admin' then 'admin' else 'user' end as role, u.locked_at is null as is_active, u.first_name, u.last_name
from users u
where u.discarded_at is null
