select
  m.id as message_id,
  m.chat_id as conversation_id,
  case when m.from_visitor then 'user' else 'assistant' end as role,
  m.created_at
from chat_lines m
