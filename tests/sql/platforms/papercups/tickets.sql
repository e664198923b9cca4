select c.id as ticket_id, 'customer:' || c.customer_id as created_by, 'agent:' || c.assignee_id as assigned_to, c.source as category,
  c.status, case c.priority when 'priority' then 'high' else 'medium' end as priority, c.first_replied_at as first_response_at,
  c.closed_at as resolved_at, c.closed_at, c.inserted_at as created_at, c.updated_at
from conversations c
