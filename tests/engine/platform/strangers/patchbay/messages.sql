-- A tool is what the agent ran.
select
  'tenant_acme:' || t.id as message_id,
  'tenant_acme:' || t.chat as conversation_id,
  case t.author when 'developer' then 'user' when 'agent' then 'assistant' when 'system' then 'system' else 'other' end as role,
  t.created as created_at
from tenant_acme.turn t
join tenant_acme.chat c on c.id = t.chat
where c.removed is null
union all
select
  'tenant_borealis:' || t.id as message_id,
  'tenant_borealis:' || t.chat as conversation_id,
  case t.author when 'developer' then 'user' when 'agent' then 'assistant' when 'system' then 'system' else 'other' end as role,
  t.created as created_at
from tenant_borealis.turn t
join tenant_borealis.chat c on c.id = t.chat
where c.removed is null
union all
select
  'tenant_cinder:' || t.id as message_id,
  'tenant_cinder:' || t.chat as conversation_id,
  case t.author when 'developer' then 'user' when 'agent' then 'assistant' when 'system' then 'system' else 'other' end as role,
  t.created as created_at
from tenant_cinder.turn t
join tenant_cinder.chat c on c.id = t.chat
where c.removed is null
