/*
doc: Tickets by status as they are now, whenever they were created.
grain: one row per status, priority and category with a ticket
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [status, priority, category]
columns:
  status: {type: text, doc: "open, in_progress, resolved, closed, or other"}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  category: {type: text, doc: "category; none where a ticket has none"}
  waits: {type: boolean, doc: "whether they wait: open or in progress"}
  tickets: {type: bigint, doc: tickets of them}
  unowned: {type: bigint, doc: those that nobody is assigned to}
  overdue: {type: bigint, doc: "those that are past their due time and neither resolved nor closed"}
*/
select
  status, priority, category, waits,
  count(*) as tickets,
  count(*) filter (where assignee is null) as unowned,
  count(*) filter (where overdue) as overdue
from {{ view('ticket_now') }}
group by 1, 2, 3, 4
