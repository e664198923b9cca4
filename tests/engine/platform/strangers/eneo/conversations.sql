select s.id as conversation_id, s.user_id, s.created_at
from sessions s
