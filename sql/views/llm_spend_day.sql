/*
doc: LLM calls, and cost of observations of every type, by day and environment.
grain: one row per local day and environment with a call, cost or tokens; other days have no row
feature: langfuse
audience: everyone
cadence: 5m
materialized: true
key: [day, environment]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  environment: {type: text, doc: Langfuse environment}
  cost_usd: {type: numeric, doc: "cost in USD of the observations that have one"}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  uncosted: {type: bigint, doc: calls without a cost}
*/
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  environment,
  sum(cost_usd) as cost_usd,
  sum(calls)::bigint as calls,
  sum(uncosted)::bigint as uncosted
from (select (hour at time zone {{ zone() }})::date as day, * from {{ view('llm_hour') }}) as hours
group by day, environment
