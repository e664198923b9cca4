select
  'tenant_acme:' || m.turn || '-' || m.developer as feedback_id,
  'tenant_acme:' || m.turn as message_id,
  m.developer as user_id,
  case when m.useful then 5 else 1 end as rating,
  m.why as comment,
  m.created as created_at
from tenant_acme.turn_mark m
join tenant_acme.turn t on t.id = m.turn
join tenant_acme.chat c on c.id = t.chat
where c.removed is null
union all
select
  'tenant_borealis:' || m.turn || '-' || m.developer as feedback_id,
  'tenant_borealis:' || m.turn as message_id,
  m.developer as user_id,
  case when m.useful then 5 else 1 end as rating,
  m.why as comment,
  m.created as created_at
from tenant_borealis.turn_mark m
join tenant_borealis.turn t on t.id = m.turn
join tenant_borealis.chat c on c.id = t.chat
where c.removed is null
union all
select
  'tenant_cinder:' || m.turn || '-' || m.developer as feedback_id,
  'tenant_cinder:' || m.turn as message_id,
  m.developer as user_id,
  case when m.useful then 5 else 1 end as rating,
  m.why as comment,
  m.created as created_at
from tenant_cinder.turn_mark m
join tenant_cinder.turn t on t.id = m.turn
join tenant_cinder.chat c on c.id = t.chat
where c.removed is null
