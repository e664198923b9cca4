select c.id || ':' || m.n as message_id, c.id as conversation_id, m.value ->> 'role' as role, c.create_time as created_at
from conversation c
cross join lateral jsonb_array_elements(c.message::jsonb) with ordinality as m (value, n)
