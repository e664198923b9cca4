select c.id as ticket_id, c.contact_id as created_by, c.assigned_user_id as assigned_to, c.created_at, c.updated_at,
  case s.name when 'Open' then 'open' when 'Snoozed' then 'in_progress' when 'Resolved' then 'resolved' when 'Closed' then 'closed' end as status, lower(p.name) as priority,
  c.first_reply_at as first_response_at, c.resolved_at, c.closed_at, c.next_sla_deadline_at as sla_due_at
from conversations c
join conversation_statuses s on s.id = c.status_id
left join conversation_priorities p on p.id = c.priority_id
