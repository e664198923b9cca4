select
  c.id as ticket_id,
  c.raised_by_id as created_by,
  c.partner_id as assigned_to,
  t.name as category,
  case c.aasm_state when 'raised' then 'open' when 'being_handled' then 'in_progress' when 'settled' then 'resolved' when 'archived' then 'closed' end as status,
  case c.severity when 'critical' then 'urgent' else c.severity end as priority,
  c.acknowledged_at as first_response_at,
  c.settled_at as resolved_at,
  c.archived_at as closed_at,
  c.respond_by as sla_due_at,
  c.created_at,
  c.updated_at
from concerns c
left join concern_types t on t.id = c.concern_type_id
where c.discarded_at is null
