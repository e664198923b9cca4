/*
doc: Satisfaction by the day on which a rating was given. A rating of 4 or 5 counts as satisfied. An edited rating
  counts with its present value on the day of its first.
grain: one row per local day from the first rating to today, at most growth.days back; days without one show 0
feature: feedback
audience: everyone
cadence: 5m
materialized: true
key: [day]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  ratings: {type: bigint, doc: ratings given on it}
  satisfied: {type: bigint, doc: those of them that are 4 or 5}
  ratings_7d: {type: bigint, doc: ratings on it and the 6 days before}
  satisfied_7d: {type: bigint, doc: those of them that are 4 or 5}
  csat_7d: {type: float8, null: true, doc: "satisfied_7d / ratings_7d; NULL where there was no rating"}
*/
with given as (
  select
    (created_at at time zone {{ zone() }})::date as day,
    count(*) as ratings,
    count(*) filter (where rating >= 4) as satisfied
  from {{ view('rating_entity') }}
  group by 1
),
days as (
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from given
),
sums as (
  select
    day,
    coalesce(ratings, 0) as ratings,
    coalesce(satisfied, 0) as satisfied,
    (sum(coalesce(ratings, 0)) over week)::bigint as ratings_7d,
    (sum(coalesce(satisfied, 0)) over week)::bigint as satisfied_7d
  from days full join given using (day)
  window week as (order by day range between interval '6 days' preceding and current row)
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  ratings,
  satisfied,
  ratings_7d,
  satisfied_7d,
  satisfied_7d::float8 / nullif(ratings_7d, 0) as csat_7d
from sums join days using (day)
