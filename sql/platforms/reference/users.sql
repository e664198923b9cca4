-- versions: the reference platform, all migrations
select u.id as user_id, u.created_at, u.updated_at, u.role, u.is_active, u.first_name, u.last_name
from users u
