-- versions: Chatwoot 3 and 4, copies of its schema
-- Contacts and agents are numbered separately, so that ids say which of them they are.
select
  'contact:' || c.id as user_id,
  c.created_at,
  c.updated_at,
  'user' as role,
  not c.blocked as is_active,
  c.name as first_name
from contacts c
union all
select
  'agent:' || u.id,
  u.created_at,
  u.updated_at,
  case when exists (select from account_users a where a.user_id = u.id and a.role = 1) then 'admin' else 'user' end,
  true,
  u.name
from users u
