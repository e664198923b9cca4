/*
doc: How long things take with tickets created today or on the 89 days before, by Kaplan-Meier, so that unfinished ones count as censored. Figures of finished ones alone are too low, since slow ones are missing.
grain: one row per measure and priority, and one per measure over all priorities
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [measure, priority]
columns:
  measure: {type: text, doc: "resolution (creation to resolution), first_response (creation to first response), or the stay in a status: in_open, in_progress, in_resolved"}
  priority: {type: text, doc: "urgent, high, medium, low, or other; all for all of them"}
  priority_rank: {type: int, doc: "order of the priorities, urgent first, all last"}
  spans: {type: bigint, doc: "how many were begun: tickets, or stays in a status"}
  finished: {type: bigint, doc: those of them that have finished}
  median_s: {type: float8, null: true, doc: "seconds after which half of them have finished; NULL where fewer than half have so far"}
  p90_s: {type: float8, null: true, doc: "seconds after which 9 of 10 have finished; NULL where fewer have so far"}
  finished_median_s: {type: float8, null: true, doc: "median of the finished ones alone, seconds: for comparison, too small"}
  finished_mean_s: {type: float8, null: true, doc: "mean of the finished ones alone, seconds: for comparison, too small"}
  longest_s: {type: float8, doc: "seconds of the longest, finished or not"}
*/
with recent as (
  select * from {{ view('ticket_now') }}
  where (waits or ended_at is not null)
    and (created_at at time zone {{ zone() }})::date > {{ today() }} - 90
    and created_at <= {{ now() }}
),
stays as (
  select recent.priority, recent.priority_rank, to_status, changed_at as began,
    lead(changed_at) over (partition by ticket_id order by changed_at, length(move_id), move_id) as finished
  from {{ view('ticket_move') }} join recent using (ticket_id)
),
begun as (
  select 'resolution' as measure, priority, priority_rank, created_at as began, ended_at as finished, {{ now() }} as seen
  from recent
  union all
  -- a ticket that ended without a response was seen to have none until then
  select 'first_response', priority, priority_rank, created_at, answered_at, coalesce(ended_at, {{ now() }}) from recent
  union all
  select case to_status when 'open' then 'in_open' when 'in_progress' then 'in_progress' else 'in_resolved' end,
    priority, priority_rank, began, finished, {{ now() }}
  from stays where to_status in ('open', 'in_progress', 'resolved')
),
spans as (
  select measure, each.priority, each.rank as priority_rank,
    greatest(extract(epoch from coalesce(finished, seen) - began), 0)::float8 as lasted_s,
    finished is not null as over
  from begun
  cross join lateral (values (begun.priority, begun.priority_rank), ('all', 6)) as each (priority, rank)
),
-- events come before censorings at equal times: everybody who lasted at least so long was at risk
ends as (
  select measure, priority, lasted_s, count(*) filter (where over) as events,
    sum(count(*)) over (partition by measure, priority order by lasted_s desc) as at_risk
  from spans group by 1, 2, 3
),
-- the product of the survivors' shares as a sum of logarithms; where none is left, it is practically 0
survival as (
  select measure, priority, lasted_s, events,
    exp(sum(case when events = at_risk then -50 else ln(1 - events / at_risk::float8) end)
      over (partition by measure, priority order by lasted_s)) as surviving
  from ends
),
quantiles as (
  select measure, priority,
    min(lasted_s) filter (where surviving <= 0.5 + 1e-9) as median_s,
    min(lasted_s) filter (where surviving <= 0.1 + 1e-9) as p90_s
  from survival group by 1, 2
)
select
  measure,
  priority,
  priority_rank,
  count(*) as spans,
  count(*) filter (where over) as finished,
  median_s,
  p90_s,
  percentile_cont(0.5) within group (order by lasted_s) filter (where over) as finished_median_s,
  avg(lasted_s) filter (where over) as finished_mean_s,
  max(lasted_s) as longest_s
from spans join quantiles using (measure, priority)
group by measure, priority, priority_rank, median_s, p90_s
