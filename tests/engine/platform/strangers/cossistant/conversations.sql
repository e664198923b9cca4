select c.id as conversation_id, 'visitor:' || c.visitor_id as user_id, c.created_at
from conversation c
where c.deleted_at is null
