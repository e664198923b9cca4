select 'visitor:' || a.id as user_id, a.created_at, a.updated_at, 'user' as role, true as is_active
from app_users a
union all
select 'agent:' || g.id, g.created_at, g.updated_at,
  case when exists (select from roles r where r.agent_id = g.id and r.role = 'admin') then 'admin' else 'user' end, g.locked_at is null
from agents g
