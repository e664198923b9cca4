-- versions: Langflow 1.1 to 1.6
select
  m.id as message_id,
  m.session_id as conversation_id,
  case m.sender when 'User' then 'user' when 'Machine' then 'assistant' else m.sender end as role,
  m.timestamp as created_at
from message m
