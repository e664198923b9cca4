select t.id as ticket_id, t.customer_id as created_by, t.owner_id as assigned_to, t.created_at, t.updated_at,
  case when s.name in ('new', 'open') then 'open' when s.name like 'pending%' then 'in_progress' else 'closed' end as status, case p.name when '1 low' then 'low' when '2 normal' then 'medium' when '3 high' then 'high' end as priority,
  g.name as category, t.first_response_at, t.close_at as closed_at, t.escalation_at as sla_due_at
from tickets t
join ticket_states s on s.id = t.state_id
join ticket_priorities p on p.id = t.priority_id
join groups g on g.id = t.group_id
