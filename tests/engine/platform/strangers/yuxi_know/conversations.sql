select c.id as conversation_id, c.user_id, c.created_at
from conversations c
where c.status <> 'deleted'
