/*
doc: Support tickets, without titles.
grain: one row per ticket
feature: tickets
audience: admin
cadence: 1m
key: [ticket_id]
indexes: [[created_at], [status], [resolved_at]]
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
*/
select
  ticket_id, created_by, assigned_to, category, status, priority,
  first_response_at, resolved_at, closed_at, sla_due_at, created_at, updated_at
from {{ stage('tickets') }} s
