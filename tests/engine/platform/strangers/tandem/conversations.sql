select t.id as conversation_id, t.opened_by as user_id, t.opened_at as created_at
from threads t
where t.discarded_at is null
