select
  m.id as user_id,
  m.created_at,
  m.updated_at,
  case when m.seat in ('owner', 'admin') then 'admin' else 'user' end as role,
  m.deactivated_at is null as is_active,
  m.full_name as first_name
from members m
