select
  r.id as ticket_id,
  'residents:' || r.reported_by_id as created_by,
  'operators:' || r.handled_by_id as assigned_to,
  t.label as category,
  case r.stage when 'reported' then 'open' when 'scheduled' then 'in_progress' when 'in_progress' then 'in_progress' when 'fixed' then 'resolved' when 'closed' then 'closed' end as status,
  case r.urgency when 'low' then 'low' when 'routine' then 'medium' when 'urgent' then 'high' when 'emergency' then 'urgent' end as priority,
  r.acknowledged_at as first_response_at,
  r.fixed_at as resolved_at,
  r.closed_at,
  r.target_at as sla_due_at,
  r.inserted_at as created_at,
  r.updated_at
from repair_orders r
left join trades t on t.id = r.trade_id
