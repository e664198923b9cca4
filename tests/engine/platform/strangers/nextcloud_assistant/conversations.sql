select s.id as conversation_id, s.user_id, s.timestamp as created_at
from oc_assistant_chat_sns s
