select
  p.id as message_id,
  p.enquiry_id as conversation_id,
  case p.posted_by when 'resident' then 'user' when 'bot' then 'assistant' when 'operator' then 'assistant' when 'system' then 'system' end as role,
  p.inserted_at as created_at
from enquiry_posts p
join enquiries e on e.id = p.enquiry_id
where not p.hidden and e.discarded_at is null
