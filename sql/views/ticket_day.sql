/*
doc: Tickets created, resolved and waiting by day. A ticket is resolved on the day of its last resolution; one that was
  reopened and waits again is resolved on none. Tickets of an unknown status are created, but never wait.
grain: one row per local day, priority and category, from the first ticket to today, at most growth.days back; days without one show 0
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [day, priority, category]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  category: {type: text, doc: "category; none where a ticket has none"}
  created: {type: bigint, doc: tickets created on it}
  resolved: {type: bigint, doc: tickets resolved on it}
  waiting: {type: bigint, doc: "tickets waiting at its end, of today: as of now"}
*/
with events as (
  select (created_at at time zone {{ zone() }})::date as day, priority, category,
    1 as created, 0 as resolved, (waits or ended_at is not null)::int as waiting
  from {{ view('ticket_now') }}
  union all
  select (ended_at at time zone {{ zone() }})::date, priority, category, 0, 1, -1
  from {{ view('ticket_now') }} where ended_at is not null
),
sums as (
  select day, priority, category, sum(created) as created, sum(resolved) as resolved, sum(waiting) as waiting
  from events group by 1, 2, 3
),
groups as (select distinct priority, category from events),
days as (
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from events
),
-- tickets from before the first of these days wait on it
running as (
  select
    day,
    priority,
    category,
    coalesce(created, 0)::bigint as created,
    coalesce(resolved, 0)::bigint as resolved,
    (sum(coalesce(waiting, 0)) over (partition by priority, category order by day))::bigint as waiting
  from (select * from days cross join groups) as every full join sums using (day, priority, category)
)
select day, day::timestamp at time zone {{ zone() }} as at, priority, category, created, resolved, waiting
from running join days using (day)
