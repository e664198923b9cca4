-- Customers and the staff who answer are numbered separately, so that ids say which of them they are.
select
  'customer:' || c.id as user_id,
  c.created_at,
  c.updated_at,
  'user' as role,
  c.blocked_at is null as is_active,
  c.first_name,
  c.last_name
from customers c
where c.deleted_at is null
union all
select 'user:' || u.id, u.created_at, u.updated_at, case when u.role = 'admin' then 'admin' else 'user' end, u.active, u.name, null
from users u
where u.deleted_at is null
