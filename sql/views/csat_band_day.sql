/*
doc: Satisfaction over 7 days with the 95 % interval of Wilson's score, which shows the uncertainty of small samples.
grain: one row per local day from the first rating to today
feature: feedback
audience: everyone
key: [day]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  ratings_7d: {type: bigint, doc: ratings on it and the 6 days before}
  csat_7d: {type: float8, null: true, doc: "share of them that are 4 or 5; NULL where there was no rating"}
  low_7d: {type: float8, null: true, doc: "lower end of the interval, z = 1.96"}
  high_7d: {type: float8, null: true, doc: "upper end of the interval"}
*/
with shares as (
  select day, at, ratings_7d, csat_7d as p, nullif(ratings_7d, 0)::float8 as n, 1.96::float8 as z
  from {{ view('csat_day') }}
)
select
  day,
  at,
  ratings_7d,
  p as csat_7d,
  -- greatest and least leave NULL out: without a rating there is no interval
  case when n > 0 then greatest((p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n), 0) end as low_7d,
  case when n > 0 then least((p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n), 1) end as high_7d
from shares
