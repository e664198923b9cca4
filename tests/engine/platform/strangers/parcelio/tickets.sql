select
  t.id as ticket_id,
  t.requester_id as created_by,
  t.assignee_id as assigned_to,
  c.name as category,
  case t.state when 'new' then 'open' when 'assigned' then 'in_progress' when 'waiting_for_customer' then 'in_progress' when 'solved' then 'resolved' when 'closed' then 'closed' end as status,
  case t.urgency when 'low' then 'low' when 'normal' then 'medium' when 'high' then 'high' when 'critical' then 'urgent' end as priority,
  t.first_replied_at as first_response_at,
  t.solved_at as resolved_at,
  t.closed_at,
  t.due_at as sla_due_at,
  t.created_at,
  t.updated_at
from support_requests t
left join request_categories c on c.id = t.request_category_id
where t.deleted_at is null
