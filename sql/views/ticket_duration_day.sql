/*
doc: >-
  How long tickets took from creation to their last resolution, by the day of their creation. Those that are not resolved
  now count as waiting, however old.
grain: one row per local day, span of time, priority and category with such a ticket, at most growth.days back
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [day, rank, priority, category]
columns:
  day: {type: date, doc: local day on which the tickets were created}
  rank: {type: int, doc: "1 under 1 h, 2 up to 4 h, 3 up to 24 h, 4 up to 3 d, 5 up to 7 d, 6 longer, 7 waiting"}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  category: {type: text, doc: "category; none where it has none"}
  tickets: {type: bigint, doc: tickets}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  case
    when ended_at is null then 7
    else 1 + width_bucket(
      extract(epoch from ended_at - created_at)::float8, array[3600, 14400, 86400, 259200, 604800]::float8[]
    )
  end as rank,
  priority,
  category,
  count(*) as tickets
from {{ view('ticket_now') }}
where (waits or ended_at is not null)
  and (created_at at time zone {{ zone() }})::date > {{ today() }} - {{ setting('growth.days') }}
  and created_at <= {{ now() }}
group by 1, 2, 3, 4
