-- ticket_entity: Support tickets, without titles.

select
  ticket_id, created_by, assigned_to, category, status, priority,
  first_response_at, resolved_at, closed_at, sla_due_at, created_at, updated_at
from (
select
  t.id::text as ticket_id,
  t.created_by::text as created_by,
  t.assigned_to::text as assigned_to,
  coalesce(nullif(t.category, ''), 'none') as category,
  case
    when t.status in ('open') then 'open'
    when t.status in ('in_progress', 'in-progress') then 'in_progress'
    when t.status in ('resolved') then 'resolved'
    when t.status in ('closed') then 'closed'
    else 'other'
  end as status,
  case
    when t.priority in ('low') then 'low'
    when t.priority in ('medium') then 'medium'
    when t.priority in ('high') then 'high'
    when t.priority in ('urgent') then 'urgent'
    else 'other'
  end as priority,
  t.first_response_at::timestamptz as first_response_at,
  t.resolved_at::timestamptz as resolved_at,
  t.closed_at::timestamptz as closed_at,
  t.sla_due_at::timestamptz as sla_due_at,
  t.created_at::timestamptz as created_at,
  t.updated_at::timestamptz as updated_at
from public.tickets t
) s;
