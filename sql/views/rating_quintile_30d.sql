/*
doc: Satisfaction by duration, cost and size of the rated turns, for ratings given today or on the 29 days
  before whose trace is known, in five groups of equal size by each measure.
grain: one row per measure and group with a rating
feature: feedback langfuse
audience: admin
cadence: 5m
materialized: true
key: [measure, quintile]
columns:
  measure: {type: text, doc: "duration_s (seconds), cost_usd, or tokens"}
  quintile: {type: int, doc: "1 (least) to 5 (most); ties by the id of the rating"}
  least: {type: float8, doc: smallest value of the group}
  most: {type: float8, doc: largest value of the group}
  ratings: {type: bigint, doc: ratings in it}
  satisfied: {type: bigint, doc: those of them that are 4 or 5}
*/
with measured as (
  select feedback_id, rating, measure, value
  from {{ view('rating_turn_30d') }}
  cross join lateral (
    values ('duration_s', duration_s), ('cost_usd', cost_usd::float8), ('tokens', tokens::float8)
  ) as measures (measure, value)
  where traced and value is not null
),
ranked as (
  select *, ntile(5) over (partition by measure order by value, feedback_id) as quintile from measured
)
select measure, quintile, min(value) as least, max(value) as most, count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied
from ranked group by 1, 2
