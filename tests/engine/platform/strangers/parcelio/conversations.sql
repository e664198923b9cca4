select s.id as conversation_id, s.user_id, s.created_at, s.channel = 'phone' as is_voice
from chat_sessions s
where s.deleted_at is null
