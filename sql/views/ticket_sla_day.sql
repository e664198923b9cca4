/*
doc: How many tickets kept their due time, by the day of their creation. A ticket is decided once it has ended or its due
  time has passed; tickets without a due time are left out.
grain: one row per local day, priority and category with such a ticket, at most growth.days back
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [day, priority, category]
columns:
  day: {type: date, doc: local day on which the tickets were created}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  priority_rank: {type: int, doc: "order of the priorities, urgent first"}
  category: {type: text, doc: "category; none where a ticket has none"}
  decided: {type: bigint, doc: tickets that have ended or whose due time has passed}
  met: {type: bigint, doc: those of them that ended by their due time}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  priority,
  priority_rank,
  category,
  count(*) as decided,
  count(*) filter (where ended_at <= due_at) as met
from {{ view('ticket_now') }}
where (waits or ended_at is not null) and due_at is not null and (ended_at is not null or due_at < {{ now() }})
  and (created_at at time zone {{ zone() }})::date > {{ today() }} - {{ setting('growth.days') }}
  and (created_at at time zone {{ zone() }})::date <= {{ today() }}
group by 1, 2, 3, 4
