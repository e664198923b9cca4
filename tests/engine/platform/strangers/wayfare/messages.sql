select
  l.id as message_id,
  l.dialogue_id as conversation_id,
  case l.line_origin when 'TRAVELLER' then 'user' when 'CONCIERGE' then 'assistant' else 'system' end as role,
  l.created_date as created_at
from dialogue_line l
join concierge_dialogue d on d.id = l.dialogue_id
where not d.deleted
