-- versions: the reference platform, all migrations
select m.id as message_id, m.conversation_id, m.role, m.created_at, m.metadata
from messages m
