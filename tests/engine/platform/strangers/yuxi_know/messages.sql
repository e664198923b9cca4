select m.id as message_id, m.conversation_id, m.role, m.created_at
from messages m
join conversations c on c.id = m.conversation_id
where c.status <> 'deleted'
