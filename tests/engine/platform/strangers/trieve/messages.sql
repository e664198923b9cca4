select m.id as message_id, m.topic_id as conversation_id, m.role, m.created_at
from messages m
join topics c on c.id = m.topic_id
where not m.deleted and not c.deleted
