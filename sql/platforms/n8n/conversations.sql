-- versions: n8n with Chat Hub, its entities at 07a85169 (2.x)
select s.id as conversation_id, s."ownerId" as user_id, s."createdAt" as created_at
from chat_hub_sessions s
