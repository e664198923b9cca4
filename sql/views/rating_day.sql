/*
doc: Ratings by day and value. An edited rating counts with its present value on the day of its first.
grain: one row per local day and value from 1 to 5, from the first rating to today, at most growth.days back; days without one show 0
feature: feedback
audience: everyone
cadence: 5m
materialized: true
key: [day, rating]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  ratings: {type: bigint, doc: ratings given on it}
*/
with given as (
  select (created_at at time zone {{ zone() }})::date as day, rating, count(*) as ratings
  from {{ view('rating_entity') }} group by 1, 2
),
days as (
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from given
)
select day, day::timestamp at time zone {{ zone() }} as at, rating, coalesce(ratings, 0)::bigint as ratings
from days cross join generate_series(1, 5) as rating
left join given using (day, rating)
