/*
doc: LLM calls by version of a managed prompt, over today and the 29 local days before, up to now.
grain: one row per environment or all, prompt and version with a call
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [environment, prompt, version]
columns:
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  prompt: {type: text, doc: name of the prompt}
  version: {type: int, doc: its version}
  first_at: {type: timestamptz, doc: its first call in the window}
  last_at: {type: timestamptz, doc: its last call}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  tokens: {type: bigint, doc: tokens in total}
  priced: {type: bigint, doc: calls with a price}
  cost_usd: {type: numeric, doc: "cost in USD of the calls that have a price"}
  p95_s: {type: float8, null: true, doc: "95th percentile of the time of a call, seconds"}
*/
select
  coalesce(environment, '__all') as environment,
  prompt_name as prompt,
  coalesce(prompt_version, 0) as version,
  min(start_time) as first_at,
  max(start_time) as last_at,
  count(*) as calls,
  count(*) filter (where level = 'ERROR') as errors,
  sum(total_tokens)::bigint as tokens,
  count(cost_usd) as priced,
  coalesce(sum(cost_usd), 0) as cost_usd,
  percentile_cont(0.95) within group (order by latency_s) as p95_s
from {{ view('lf_observation') }}
where
  type = 'GENERATION'
  and prompt_name <> ''
  and start_time >= ({{ today() }} - 29)::timestamp at time zone {{ zone() }}
  and start_time <= {{ now() }}
group by grouping sets ((environment, prompt_name, coalesce(prompt_version, 0)), (prompt_name, coalesce(prompt_version, 0)))
