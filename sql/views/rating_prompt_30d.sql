/*
doc: >-
  Traced ratings given today or on the 29 days before by version of the managed prompt of the turn's last LLM call,
  beside the version before it.
grain: one row per prompt and version with a rating
feature: feedback
audience: admin
cadence: 5m
materialized: true
key: [prompt, version]
columns:
  prompt: {type: text, doc: name of the prompt}
  version: {type: int, doc: its version}
  first_at: {type: timestamptz, doc: its first rating in the window}
  ratings: {type: bigint, doc: ratings}
  satisfied: {type: bigint, doc: those of them that are 4 or 5}
  low: {type: float8, doc: "lower end of the 95 % interval (Wilson) of satisfied / ratings"}
  high: {type: float8, doc: its upper end}
  prior_version: {type: int, "null": true, doc: the next lower version with a rating; NULL for the first}
  prior_csat: {type: float8, "null": true, doc: "its satisfied / ratings"}
*/
with given as (
  select
    prompt_name as prompt,
    prompt_version as version,
    min(created_at) as first_at,
    count(*) as ratings,
    count(*) filter (where rating >= 4) as satisfied
  from {{ view('rating_turn_30d') }}
  where traced and prompt_name is not null
  group by 1, 2
),
shares as (
  select *, satisfied::float8 / ratings as p, ratings::float8 as n, 1.96::float8 as z from given
)
select
  prompt,
  version,
  first_at,
  ratings,
  satisfied,
  (p + z ^ 2 / (2 * n) - z * sqrt(p * (1 - p) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) as low,
  (p + z ^ 2 / (2 * n) + z * sqrt(p * (1 - p) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) as high,
  lag(version) over versions as prior_version,
  lag(p) over versions as prior_csat
from shares
window versions as (partition by prompt order by version)
