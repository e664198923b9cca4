-- Subscribers and the operators who take over; a line that is barred or terminated may not be used.
select
  'subscriber:' || s.id as user_id,
  s.registered_at as created_at,
  s.modified_at as updated_at,
  'user' as role,
  s.line_state = 'active' as is_active,
  s.given_name as first_name,
  s.family_name as last_name
from subscribers_subscriber s
union all
select 'operator:' || a.id, a.date_joined, null, case when a.is_superuser then 'admin' else 'user' end, a.is_active, a.first_name, a.last_name
from auth_user a
