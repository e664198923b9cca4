-- Who has left may not sign in.
select
  e.id as user_id,
  e.created_at,
  e.updated_at,
  case when e.access_level = 'administrator' then 'admin' else 'user' end as role,
  e.left_on is null as is_active,
  e.preferred_name as first_name,
  e.surname as last_name
from employees e
where e.discarded_at is null
