select m.uuid as message_id, m.session_id as conversation_id, m.role_type as role, m.created_at, m.metadata
from messages m join sessions s on s.session_id = m.session_id where m.deleted_at is null and s.deleted_at is null
