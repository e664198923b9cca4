-- versions: Cossistant, its schema at the time of writing
-- Visitors ask, members of the team answer; a visitor's name is that of the contact.
select
  'visitor:' || v.id as user_id,
  v.created_at,
  v.updated_at,
  'user' as role,
  v.blocked_at is null as is_active,
  c.name as first_name
from visitor v
left join contact c on c.id = v.contact_id
where v.deleted_at is null
union all
select
  'user:' || u.id,
  u.created_at,
  u.updated_at,
  case when exists (select from member m where m.user_id = u.id and m.role in ('owner', 'admin')) then 'admin' else 'user' end,
  not coalesce(u.banned, false),
  u.name
from "user" u
