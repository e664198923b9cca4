/*
doc: Labels that evaluations in Langfuse gave today and on the 29 days before, such as tone or sentiment, and the
  satisfaction of people with the same traces.
grain: one row per name and label of a score with labels
feature: langfuse
audience: admin
cadence: 5m
materialized: true
key: [name, label]
columns:
  name: {type: text, doc: what is scored}
  label: {type: text, doc: label that it got}
  scores: {type: bigint, doc: scores with this label}
  share: {type: float8, doc: their share of all scores of this name}
  rated: {type: bigint, doc: scores whose trace a person rated within the same days}
  satisfied: {type: bigint, doc: those of them rated 4 or 5}
*/
with ratings as (
  select distinct on (trace_id) trace_id, rating from {{ view('rating_turn_30d') }}
  where trace_id is not null order by trace_id, created_at desc, feedback_id
)
select
  name,
  value_text as label,
  count(*) as scores,
  count(*) / sum(count(*)) over (partition by name)::float8 as share,
  count(rating) as rated,
  count(*) filter (where rating >= 4) as satisfied
from {{ view('lf_score') }} left join ratings using (trace_id)
where source in ('EVAL', 'ANNOTATION') and data_type = 'CATEGORICAL' and value_text is not null
  and (at at time zone {{ zone() }})::date > {{ today() }} - 30 and at <= {{ now() }}
group by 1, 2
