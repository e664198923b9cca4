select 'customer:' || c.id as user_id, c.inserted_at as created_at, c.updated_at, 'user' as role, true as is_active, c.name as first_name
from customers c
union all
select 'agent:' || u.id, u.inserted_at, u.updated_at, case when u.role = 'admin' then 'admin' else 'user' end, u.disabled_at is null, u.email
from users u
