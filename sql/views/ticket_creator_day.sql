/*
doc: Who opened tickets on which day, as the first 8 characters of an id, without other personal data.
grain: one row per local day, creator, priority and category with a ticket, at most growth.days back
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [day, creator, priority, category]
indexes: [[creator]]
columns:
  day: {type: date, doc: local day on which the tickets were created}
  creator: {type: text, doc: "first 8 characters of the creator's id; unknown where that is not known"}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  category: {type: text, doc: "category; none where it has none"}
  tickets: {type: bigint, doc: tickets created}
  waiting: {type: bigint, doc: those of them that wait now}
  newest_at: {type: timestamptz, doc: creation of the newest}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  coalesce(creator, 'unknown') as creator,
  priority,
  category,
  count(*) as tickets,
  count(*) filter (where waits) as waiting,
  max(created_at) as newest_at
from {{ view('ticket_now') }}
where (created_at at time zone {{ zone() }})::date > {{ today() }} - {{ setting('growth.days') }}
  and created_at <= {{ now() }}
group by 1, 2, 3, 4
