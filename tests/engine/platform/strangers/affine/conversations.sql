select s.id as conversation_id, s.user_id, s.created_at
from ai_sessions_metadata s
where s.deleted_at is null
