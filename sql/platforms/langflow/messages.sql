-- versions: Langflow, its models at 01858599, 03797e79 and 0907a69f (1.x)
select
  m.id as message_id,
  m.session_id as conversation_id,
  case m.sender when 'User' then 'user' when 'Machine' then 'assistant' else m.sender end as role,
  m.timestamp as created_at
from message m
