/*
doc: Evaluations from Langfuse (sources EVAL and ANNOTATION) of today and the 29 days before, and how they agree with the
  ratings that people gave to the same traces.
grain: one row per name of a numeric or yes-or-no score
feature: langfuse
audience: admin
cadence: 5m
materialized: true
key: [name, data_type]
columns:
  name: {type: text, doc: what is scored}
  data_type: {type: text, doc: NUMERIC or BOOLEAN}
  scores: {type: bigint, doc: scores}
  mean: {type: float8, doc: "mean of their values; of a BOOLEAN one the share of yes"}
  rated: {type: bigint, doc: scores whose trace a person rated within the same days}
  mean_satisfied: {type: float8, null: true, doc: mean of those whose rating is 4 or 5}
  mean_unsatisfied: {type: float8, null: true, doc: mean of those whose rating is 1 to 3}
*/
with ratings as (
  select distinct on (trace_id) trace_id, rating from {{ view('rating_turn_30d') }}
  where trace_id is not null order by trace_id, created_at desc, feedback_id
)
select
  name,
  data_type,
  count(*) as scores,
  avg(value_num) as mean,
  count(rating) as rated,
  avg(value_num) filter (where rating >= 4) as mean_satisfied,
  avg(value_num) filter (where rating < 4) as mean_unsatisfied
from {{ view('lf_score') }} left join ratings using (trace_id)
where source in ('EVAL', 'ANNOTATION') and value_num is not null
  and (at at time zone {{ zone() }})::date > {{ today() }} - 30 and at <= {{ now() }}
group by 1, 2
