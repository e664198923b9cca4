/*
doc: Means of numeric evaluations from Langfuse (sources EVAL and ANNOTATION) by day.
grain: one row per local day and name of a numeric score
feature: langfuse
audience: everyone
cadence: 5m
materialized: true
key: [day, name]
columns:
  day: {type: date, doc: local day}
  name: {type: text, doc: what is scored}
  scores: {type: bigint, doc: scores}
  total: {type: float8, doc: "sum of their values: divide by scores for a mean"}
*/
select (at at time zone {{ zone() }})::date as day, name, count(*) as scores, sum(value_num) as total
from {{ view('lf_score') }}
where source in ('EVAL', 'ANNOTATION') and data_type = 'NUMERIC' and value_num is not null
group by 1, 2
