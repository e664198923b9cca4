/*
doc: Support tickets, without titles.
grain: one row per ticket
feature: tickets
audience: admin
cadence: 1m
key: [ticket_id]
indexes: [[created_at], [acted_at], [waits, created_at], [waits, sla_due_at], [resolved_at]]
time: created_at
own_rows: created_by
columns:
  ticket_id: {type: text, doc: id of the ticket on the platform}
  created_by: {type: text, null: true, of_user: true, doc: who opened it}
  assigned_to: {type: text, null: true, of_user: true, doc: who works on it}
  category: {type: text, doc: "category; none where it has none"}
  status: {type: text, doc: "open, in_progress, resolved, closed, or other"}
  priority: {type: text, doc: "low, medium, high, urgent, or other"}
  first_response_at: {type: timestamptz, null: true, doc: first response}
  resolved_at: {type: timestamptz, null: true, doc: resolution}
  closed_at: {type: timestamptz, null: true, doc: closing}
  sla_due_at: {type: timestamptz, null: true, doc: when it is due}
  created_at: {type: timestamptz, doc: opening}
  updated_at: {type: timestamptz, null: true, doc: last change of its row}
  waits: {type: boolean, doc: whether it is open or in progress}
  ended_at: {type: timestamptz, null: true, doc: "resolution of a resolved or closed ticket: resolved_at, else closed_at, else the last change of its row, never before its opening; NULL for others"}
  acted_at: {type: timestamptz, doc: "opening, or ended_at where it ended: the order of lists"}
*/
select
  ticket_id, created_by, assigned_to, category, status, priority,
  first_response_at, resolved_at, closed_at, sla_due_at, created_at, updated_at,
  waits, ended_at, coalesce(ended_at, created_at) as acted_at
from {{ stage('tickets') }} s
cross join lateral (
  select
    status in ('open', 'in_progress') as waits,
    case
      when status in ('resolved', 'closed') then greatest(coalesce(resolved_at, closed_at, updated_at), created_at)
    end as ended_at
) as state
