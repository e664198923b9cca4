-- ticket_entity: Support tickets, without titles.

select
  ticket_id, created_by, assigned_to, category, status, priority,
  first_response_at, resolved_at, closed_at, sla_due_at, created_at, updated_at,
  waits, ended_at, coalesce(ended_at, created_at) as acted_at
from (
select ticket_id, created_by, assigned_to, category, status, priority, case when first_response_at >= timestamptz '2000-01-01 00:00:00+00' and first_response_at < timestamptz '2200-01-01 00:00:00+00' then first_response_at end as first_response_at, case when resolved_at >= timestamptz '2000-01-01 00:00:00+00' and resolved_at < timestamptz '2200-01-01 00:00:00+00' then resolved_at end as resolved_at, case when closed_at >= timestamptz '2000-01-01 00:00:00+00' and closed_at < timestamptz '2200-01-01 00:00:00+00' then closed_at end as closed_at, case when sla_due_at >= timestamptz '2000-01-01 00:00:00+00' and sla_due_at < timestamptz '2200-01-01 00:00:00+00' then sla_due_at end as sla_due_at, created_at, case when updated_at >= timestamptz '2000-01-01 00:00:00+00' and updated_at < timestamptz '2200-01-01 00:00:00+00' then updated_at end as updated_at from (
select
  t.id::text as ticket_id,
  t.created_by::text as created_by,
  t.assigned_to::text as assigned_to,
  coalesce(nullif(t.category::text, ''), 'none') as category,
  case when lower(t.status::text) in ('open') then 'open' when lower(t.status::text) in ('in_progress', 'in-progress') then 'in_progress' when lower(t.status::text) in ('resolved') then 'resolved' when lower(t.status::text) in ('closed') then 'closed' else 'other' end as status,
  case when lower(t.priority::text) in ('low') then 'low' when lower(t.priority::text) in ('medium') then 'medium' when lower(t.priority::text) in ('high') then 'high' when lower(t.priority::text) in ('urgent') then 'urgent' else 'other' end as priority,
  t.first_response_at::timestamptz as first_response_at,
  t.resolved_at::timestamptz as resolved_at,
  t.closed_at::timestamptz as closed_at,
  t.sla_due_at::timestamptz as sla_due_at,
  t.created_at::timestamptz as created_at,
  t.updated_at::timestamptz as updated_at
from public.tickets t
) given where ticket_id is not null and category is not null and status is not null and priority is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s
cross join lateral (
  select
    status in ('open', 'in_progress') as waits,
    case
      when status in ('resolved', 'closed') then greatest(coalesce(resolved_at, closed_at, updated_at), created_at)
    end as ended_at
) as state;
