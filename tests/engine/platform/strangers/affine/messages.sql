select m.id as message_id, m.session_id as conversation_id, m.role, m.created_at
from ai_sessions_messages m
join ai_sessions_metadata s on s.id = m.session_id
where s.deleted_at is null
