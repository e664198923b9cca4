select
  'grower:' || g.grower_no as user_id,
  to_timestamp(g.joined_ms / 1000.0) as created_at,
  to_timestamp(g.touched_ms / 1000.0) as updated_at,
  'user' as role,
  not g.blocked as is_active,
  g.called as first_name
from grower g
union all
select
  'adviser:' || a.adviser_no,
  to_timestamp(a.joined_ms / 1000.0),
  null,
  case when a.is_admin then 'admin' else 'user' end,
  not a.gone,
  a.called
from adviser a
