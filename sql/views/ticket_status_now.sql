/*
doc: Tickets by status as they are now, whenever they were created.
grain: one row per status; each status has its row, other only where a ticket has an unknown one
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [status]
columns:
  status: {type: text, doc: "open, in_progress, resolved, closed, or other"}
  rank: {type: int, doc: order of the statuses in a ticket's life}
  tickets: {type: bigint, doc: tickets with it}
  overdue: {type: bigint, doc: "those of them that are past their due time and neither resolved nor closed"}
  oldest_age_s: {type: float8, null: true, doc: "seconds since the oldest of them was opened; NULL where none is open or in progress"}
*/
with statuses (status, rank, unresolved) as (
  values ('open', 1, true), ('in_progress', 2, true), ('resolved', 3, false), ('closed', 4, false), ('other', 5, false)
)
select
  status,
  rank,
  count(ticket_id) as tickets,
  count(ticket_id) filter (where unresolved and sla_due_at < {{ now() }}) as overdue,
  extract(epoch from {{ now() }} - min(created_at) filter (where unresolved))::float8 as oldest_age_s
from statuses left join {{ view('ticket_entity') }} using (status)
group by status, rank
having status <> 'other' or count(ticket_id) > 0
