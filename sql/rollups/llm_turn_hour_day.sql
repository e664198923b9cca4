/*
each:
  - name: llm_turn_hour
    grain: hour
    type: timestamptz
    label: start of the local hour
    began: date_trunc('hour', started_at, {{ zone() }})
  - name: llm_turn_day
    grain: day
    type: date
    label: local day
    began: (started_at at time zone {{ zone() }})::date
doc: >-
  Agent turns by the $grain of their start, for each environment and for all together. Percentiles are of that $grain's
  turns; they must not be averaged or added.
grain: one row per local $grain with a turn and environment, and one for all environments
feature: langfuse
audience: everyone
cadence: 5m
key: [$grain, environment]
window: true
time: $grain
columns:
  $grain: {type: $type, doc: $label}
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  turns: {type: bigint, doc: turns}
  failed: {type: bigint, doc: turns whose root is an ERROR}
  untagged: {type: bigint, doc: turns that name no user}
  calls: {type: bigint, doc: "LLM calls of these turns"}
  failed_calls: {type: bigint, doc: those of them that failed}
  retries: {type: bigint, doc: "LLM calls that follow a failed one of the same name"}
  tool_calls: {type: bigint, doc: tool calls of these turns}
  priced: {type: bigint, doc: turns with at least one step that has a price}
  cost_usd: {type: numeric, doc: "cost in USD of all steps of these turns; steps without a price count as 0"}
  failed_cost_usd: {type: numeric, doc: cost of failed LLM calls}
  retry_cost_usd: {type: numeric, doc: cost of retries that did not fail themselves}
  cost_p50_usd: {type: float8, "null": true, doc: "median cost of a turn with a price; NULL without one"}
  cost_p95_usd: {type: float8, "null": true, doc: "95th percentile of the cost of a turn with a price"}
  calls_p50: {type: float8, doc: median number of LLM calls of a turn}
  calls_p95: {type: float8, doc: 95th percentile of it}
  calls_max: {type: bigint, doc: most LLM calls of one turn}
  duration_p50_s: {type: float8, doc: "median duration of a turn, seconds"}
  duration_p95_s: {type: float8, doc: 95th percentile of it}
*/
select
  $began as $grain,
  coalesce(environment, '__all') as environment,
  count(*) as turns,
  count(*) filter (where failed) as failed,
  count(*) filter (where user_hash = '') as untagged,
  sum(calls)::bigint as calls,
  sum(failed_calls)::bigint as failed_calls,
  sum(retries)::bigint as retries,
  sum(tool_calls)::bigint as tool_calls,
  count(cost_usd) as priced,
  coalesce(sum(cost_usd), 0) as cost_usd,
  sum(failed_cost_usd) as failed_cost_usd,
  sum(retry_cost_usd) as retry_cost_usd,
  percentile_cont(0.5) within group (order by cost_usd::float8) as cost_p50_usd,
  percentile_cont(0.95) within group (order by cost_usd::float8) as cost_p95_usd,
  percentile_cont(0.5) within group (order by calls::float8) as calls_p50,
  percentile_cont(0.95) within group (order by calls::float8) as calls_p95,
  max(calls) as calls_max,
  percentile_cont(0.5) within group (order by duration_s) as duration_p50_s,
  percentile_cont(0.95) within group (order by duration_s) as duration_p95_s
from {{ view('llm_turn') }}
where calls > 0
group by grouping sets ((1, environment), (1))
