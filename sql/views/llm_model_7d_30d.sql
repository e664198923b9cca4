/*
each:
  - {name: llm_model_7d, days: 7, before: 6}
  - {name: llm_model_30d, days: 30, before: 29}
doc: >-
  LLM calls by model, and cost and tokens of observations of every type that name it, over today and the $before
  local days before, up to now. Percentiles (interpolated) are of all LLM calls of these days.
grain: one row per environment or all, and model or all, with a call, cost or tokens
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [environment, model]
columns:
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  model: {type: text, doc: "model as the application named it, unknown where it named none; __all is all of them"}
  calls: {type: bigint, doc: "LLM calls, failed ones included; 0 of a model that only embeds"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  tokens: {type: bigint, doc: tokens in total as Langfuse states them}
  call_tokens: {type: bigint, doc: those of LLM calls}
  cost_usd: {type: numeric, doc: "cost in USD of the observations that have one; 0 where none has"}
  call_cost_usd: {type: numeric, doc: that of LLM calls}
  uncosted: {type: bigint, doc: calls without a cost}
  p50_s: {type: float8, null: true, doc: "median time of a call, seconds; NULL without a timed one"}
  p95_s: {type: float8, null: true, doc: "95th percentile of it"}
  ttft_p95_s: {type: float8, null: true, doc: "95th percentile of the time to the first token; NULL where nothing was streamed"}
  speed_p50: {type: float8, null: true, doc: "median of output tokens / time of the call; successful calls with output"}
  tokens_p95: {type: float8, null: true, doc: "95th percentile of total tokens of a call; NULL without one"}
*/
with calls as (
  select
    environment,
    coalesce(nullif(model, ''), 'unknown') as model,
    type = 'GENERATION' as is_call,
    level,
    total_tokens,
    cost_usd,
    latency_s,
    ttft_s,
    case when level <> 'ERROR' and output_tokens > 0 then output_tokens / nullif(latency_s, 0) end as speed
  from {{ view('lf_observation') }}
  where
    start_time >= ({{ today() }} - $before)::timestamp at time zone {{ zone() }}
    and start_time <= {{ now() }}
    and (type = 'GENERATION' or cost_usd is not null or usage <> '{}')
)
select
  coalesce(environment, '__all') as environment,
  coalesce(model, '__all') as model,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  sum(total_tokens)::bigint as tokens,
  (coalesce(sum(total_tokens) filter (where is_call), 0))::bigint as call_tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  coalesce(sum(cost_usd) filter (where is_call), 0) as call_cost_usd,
  count(*) filter (where is_call and cost_usd is null) as uncosted,
  percentile_cont(0.5) within group (order by latency_s) filter (where is_call) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) filter (where is_call) as p95_s,
  percentile_cont(0.95) within group (order by ttft_s) filter (where is_call) as ttft_p95_s,
  percentile_cont(0.5) within group (order by speed) filter (where is_call) as speed_p50,
  percentile_cont(0.95) within group (order by total_tokens::float8) filter (where is_call) as tokens_p95
from calls
group by grouping sets ((environment, model), (environment), (model), ())
having count(*) > 0
