-- versions: Chatwoot 3 and 4, copies of its schema
-- Incoming messages are the contact's, outgoing ones answers of agents and bots; notes among agents do not count.
select
  m.id as message_id,
  m.conversation_id,
  case m.message_type when 0 then 'user' when 1 then 'assistant' else 'system' end as role,
  m.created_at
from messages m
where not m.private
