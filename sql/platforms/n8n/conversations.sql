-- versions: n8n 2.0 and later, Chat Hub
select s.id as conversation_id, s."ownerId" as user_id, s."createdAt" as created_at
from chat_hub_sessions s
