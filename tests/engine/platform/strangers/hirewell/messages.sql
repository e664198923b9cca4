select
  m.id as message_id,
  m.inquiry_id as conversation_id,
  case m.party when 'candidate' then 'user' when 'assistant' then 'assistant' end as role,
  m.created as created_at
from assistant_turn m
join assistant_inquiry c on c.id = m.inquiry_id
where not c.is_removed and m.party <> 'tool'
