select m.value ->> 'id' as message_id, c.id as conversation_id, m.value ->> 'role' as role, m.value ->> 'timestamp' as created_at
from copilot_chats c
cross join lateral jsonb_array_elements(c.messages) as m (value)
