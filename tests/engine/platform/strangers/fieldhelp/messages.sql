-- Notes among the staff, and answers that the assistant only proposed or that were rejected, were never sent.
select
  p.id as message_id,
  p.ticket_id as conversation_id,
  case p.origin when 'requester' then 'user' when 'assistant' then 'assistant' when 'staff' then 'assistant' when 'event' then 'system' end as role,
  p.created as created_at
from tickets_post p
join tickets_ticket t on t.id = p.ticket_id
where not t.is_deleted and p.visibility = 'public' and p.delivery = 'sent'
