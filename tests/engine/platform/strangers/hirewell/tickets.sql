select
  t.id as ticket_id,
  t.opened_by_id as created_by,
  t.recruiter_id as assigned_to,
  t.topic as category,
  case t.state when 'new' then 'open' else t.state end as status,
  case t.priority when 'normal' then 'medium' else t.priority end as priority,
  t.first_reply as first_response_at,
  t.resolved as resolved_at,
  t.due as sla_due_at,
  t.created as created_at,
  t.modified as updated_at
from escalation_case t
