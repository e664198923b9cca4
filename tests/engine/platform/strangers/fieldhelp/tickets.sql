-- The assistant has replied: the ticket is being worked on until the requester confirms. A merged one is closed.
select
  t.id as ticket_id,
  t.requester_id as created_by,
  t.assigned_to_id as assigned_to,
  c.name as category,
  case t.status when 'new' then 'open' when 'assistant_replied' then 'in_progress' when 'with_staff' then 'in_progress' when 'waiting' then 'in_progress' when 'solved' then 'resolved' when 'closed' then 'closed' when 'merged' then 'closed' end as status,
  case p.name when 'Critical' then 'urgent' when 'High' then 'high' when 'Normal' then 'medium' when 'Low' then 'low' end as priority,
  t.first_reply_at as first_response_at,
  t.solved_at as resolved_at,
  t.closed_at,
  t.due_at as sla_due_at,
  t.created as created_at,
  t.modified as updated_at
from tickets_ticket t
left join tickets_category c on c.id = t.category_id
left join tickets_priority p on p.level = t.priority_id
where not t.is_deleted
