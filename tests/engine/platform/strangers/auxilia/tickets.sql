select
  r.id as ticket_id,
  'customer:' || r.customer_id as created_by,
  'user:' || r.assignee_id as assigned_to,
  k.name as category,
  case s.key when 'new' then 'open' when 'in_work' then 'in_progress' when 'waiting' then 'in_progress' when 'solved' then 'resolved' when 'closed' then 'closed' end as status,
  case r.priority when 'normal' then 'medium' else r.priority end as priority,
  r.first_responded_at as first_response_at,
  r.resolved_at,
  r.closed_at,
  r.due_at as sla_due_at,
  r.created_at,
  r.updated_at
from service_requests r
join request_statuses s on s.id = r.request_status_id
left join request_categories k on k.id = r.request_category_id
where r.deleted_at is null
