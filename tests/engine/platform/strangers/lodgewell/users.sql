select
  'residents:' || r.id as user_id,
  r.inserted_at as created_at,
  r.updated_at,
  'user' as role,
  r.locked_at is null as is_active,
  r.given_name as first_name,
  r.family_name as last_name
from residents r
where r.left_at is null
union all
select
  'operators:' || o.id,
  o.inserted_at,
  o.updated_at,
  case o.job when 'administrator' then 'admin' else 'user' end,
  o.active,
  o.full_name,
  null
from operators o
