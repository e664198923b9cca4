-- Each tenant numbers its own rows, so that the schema says whose they are. Chats of the CI have nobody.
select 'tenant_acme:' || c.id as conversation_id, c.developer as user_id, c.created as created_at
from tenant_acme.chat c
where c.removed is null
union all
select 'tenant_borealis:' || c.id as conversation_id, c.developer as user_id, c.created as created_at
from tenant_borealis.chat c
where c.removed is null
union all
select 'tenant_cinder:' || c.id as conversation_id, c.developer as user_id, c.created as created_at
from tenant_cinder.chat c
where c.removed is null
