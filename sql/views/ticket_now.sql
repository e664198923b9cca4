/*
doc: Tickets as they are now. A ticket waits while it is open or in progress, and ended once it is resolved or closed;
  one of an unknown status does neither. A reopened ticket waits again, whatever its earlier resolution.
grain: one row per ticket
feature: tickets
audience: everyone
key: [ticket_id]
columns:
  ticket_id: {type: text, doc: id of the ticket on the platform}
  status: {type: text, doc: "open, in_progress, resolved, closed, or other"}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  priority_rank: {type: int, doc: "order of the priorities, urgent first"}
  category: {type: text, doc: "category, of the growth.groups with most tickets, else other; none where it has none"}
  waits: {type: boolean, doc: whether it is open or in progress}
  created_at: {type: timestamptz, doc: opening}
  answered_at: {type: timestamptz, null: true, doc: first response}
  ended_at: {type: timestamptz, null: true, doc: "resolution of a resolved or closed ticket: resolved_at, else closed_at, else the last change of its row; NULL for others"}
  due_at: {type: timestamptz, null: true, doc: when it is due}
  overdue: {type: boolean, doc: whether it waits and its due time has passed}
  at_risk: {type: boolean, doc: "whether it waits and is due within the next limits.ticket_at_risk_s seconds"}
  acted_at: {type: timestamptz, doc: "opening, or ended_at where it ended: the order of lists"}
  assignee: {type: text, null: true, doc: "first 8 characters of the id of who works on it; NULL where nobody does"}
  creator: {type: text, null: true, doc: "first 8 characters of the id of who opened it; NULL where that is not known"}
*/
select
  ticket_id,
  status,
  priority,
  case priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end as priority_rank,
  case
    when category in (select word from {{ view('group_word') }} where subject = 'tickets') then category else 'other'
  end as category,
  waits,
  created_at,
  first_response_at as answered_at,
  ended_at,
  sla_due_at as due_at,
  waits and coalesce(sla_due_at < (select {{ now() }}), false) as overdue,
  waits and coalesce(
    sla_due_at >= (select {{ now() }})
    and sla_due_at < (select {{ now() }}) + make_interval(secs => {{ setting('limits.ticket_at_risk_s') }}), false
  ) as at_risk,
  acted_at,
  left(assigned_to, 8) as assignee,
  left(created_by, 8) as creator
from {{ view('ticket_entity') }}
