/*
doc: The same as llm_group_hour by the local day, of which charts over long times are drawn.
grain: one row per dimension, local day, environment, group and model with a call, cost or tokens
feature: langfuse
audience: everyone
cadence: 5m
key: [dimension, day, environment, value, model]
window: true
time: day
columns:
  dimension: {type: text, doc: "model, environment, release, version, session, tag, tags together, or a key of metadata"}
  day: {type: date, doc: local day}
  environment: {type: text, doc: Langfuse environment}
  value: {type: text, doc: "the group; (none) where a call has none; other for those beyond growth.groups of the day"}
  model: {type: text, doc: "model as the application named it, unknown where it named none; other as of the groups"}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  timed: {type: bigint, doc: calls that have an end}
  spent_s: {type: float8, doc: "time of all timed calls together, seconds"}
  tokens: {type: bigint, doc: "tokens in total of all steps, as Langfuse states them"}
  priced: {type: bigint, doc: steps with a cost}
  cost_usd: {type: numeric, doc: "cost in USD of all steps; those without a price count as 0"}
*/
select
  dimension,
  (hour at time zone {{ zone() }})::date as day,
  environment,
  value,
  model,
  sum(calls)::bigint as calls,
  sum(errors)::bigint as errors,
  sum(timed)::bigint as timed,
  sum(spent_s) as spent_s,
  sum(tokens)::bigint as tokens,
  sum(priced)::bigint as priced,
  sum(cost_usd) as cost_usd
from {{ view('llm_group_hour') }}
group by 1, 2, 3, 4, 5
