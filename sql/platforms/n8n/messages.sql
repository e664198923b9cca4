-- versions: n8n with Chat Hub, its entities at 07a85169 (2.x)
-- A retry and an edit are messages of their own.
select
  m.id as message_id,
  m."sessionId" as conversation_id,
  case m.type when 'human' then 'user' when 'ai' then 'assistant' else m.type end as role,
  m."createdAt" as created_at
from chat_hub_messages m
