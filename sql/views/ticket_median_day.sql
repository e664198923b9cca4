/*
doc: Median time to resolution by day, by Kaplan-Meier over the tickets created on the day or the 29 days before it,
  as it stood at the end of the day (of today, as it stands now). Resolutions that were undone since are not known.
grain: one row per local day and priority, and one per day over all; today and the 30 days before
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [day, priority]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  priority: {type: text, doc: "urgent, high, medium, low, or other; all for all of them"}
  tickets: {type: bigint, doc: tickets created in the window}
  resolved: {type: bigint, doc: those of them resolved by the end of the day}
  mean_s: {type: numeric, null: true, doc: "plain mean of the seconds of the resolved ones: too small, since slow ones are missing; NULL where none is resolved"}
  median_s: {type: float8, null: true, doc: "seconds after which half of them were resolved; NULL where fewer than half were"}
*/
with days as materialized (
  select d::date as day, d::date::timestamp at time zone {{ zone() }} as at,
    (d::date - 29)::timestamp at time zone {{ zone() }} as first,
    (d::date + 1)::timestamp at time zone {{ zone() }} as next,
    least(((d::date + 1)::timestamp at time zone {{ zone() }}), {{ now() }}) as until
  from generate_series(
    ({{ today() }} - 30)::timestamp, {{ today() }}, interval '1 day'
  ) as d
),
spans as (
  select day, at, each.priority,
    extract(epoch from least(coalesce(ended_at, until), until) - created_at)::float8 as lasted_s,
    coalesce(ended_at < next and ended_at <= {{ now() }}, false) as over
  from days
  join {{ view('ticket_now') }} as t
    on created_at >= first and created_at < next and created_at <= {{ now() }}
      and (waits or ended_at is not null)
  cross join lateral (values (t.priority), ('all')) as each (priority)
),
ends as (
  select day, at, priority, lasted_s, count(*) as tickets, count(*) filter (where over) as events,
    sum(lasted_s::numeric) filter (where over) as ended_s,
    sum(count(*)) over (partition by day, priority order by lasted_s desc) as at_risk
  from spans group by 1, 2, 3, 4
),
survival as (
  select *,
    exp(sum(case when events = at_risk then -50 else ln(1 - events / at_risk::float8) end)
      over (partition by day, priority order by lasted_s)) as surviving
  from ends
)
select
  day,
  at,
  priority,
  sum(tickets)::bigint as tickets,
  sum(events)::bigint as resolved,
  sum(ended_s) / nullif(sum(events), 0) as mean_s,
  min(lasted_s) filter (where surviving <= 0.5 + 1e-9) as median_s
from survival
group by 1, 2, 3
