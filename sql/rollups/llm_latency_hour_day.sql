/*
each:
  - name: llm_latency_hour
    grain: hour
    cadence: 1m
    type: timestamptz
    label: start of the local hour
    began: date_trunc('hour', start_time, {{ zone() }})
  - name: llm_latency_day
    grain: day
    cadence: 5m
    type: date
    label: local day
    began: (start_time at time zone {{ zone() }})::date
doc: >-
  How LLM calls spread, by the $grain of their start, for each model and environment and for all together. Percentiles
  (interpolated) are of that $grain's calls; they must not be averaged or added.
grain: one row per local $grain with a call, environment or all, and model or all
feature: langfuse
audience: everyone
cadence: $cadence
key: [$grain, environment, model]
window: true
time: $grain
columns:
  $grain: {type: $type, doc: $label}
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  model: {type: text, doc: "model as the application named it, unknown where it named none; __all is all of them"}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  timed: {type: bigint, doc: calls that have an end}
  p50_s: {type: float8, "null": true, doc: "median time of a call, failed ones included, seconds; NULL without a timed one"}
  p95_s: {type: float8, "null": true, doc: "95th percentile of it"}
  p99_s: {type: float8, "null": true, doc: "99th percentile of it"}
  streamed: {type: bigint, doc: calls with the time of their first token}
  ttft_p50_s: {type: float8, "null": true, doc: "median time to the first token, seconds; NULL where nothing was streamed"}
  ttft_p95_s: {type: float8, "null": true, doc: "95th percentile of it"}
  speed_p50: {type: float8, "null": true, doc: "median of output tokens / time of the call, tokens per second; successful calls with output"}
  tokens_p50: {type: float8, doc: median of total tokens of a call}
  tokens_p95: {type: float8, doc: 95th percentile of it}
  input_p95: {type: float8, doc: "95th percentile of input tokens of a call, cached ones included: how full contexts are"}
*/
select
  $grain,
  coalesce(environment, '__all') as environment,
  coalesce(model, '__all') as model,
  count(*) as calls,
  count(latency_s) as timed,
  percentile_cont(0.5) within group (order by latency_s) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) as p95_s,
  percentile_cont(0.99) within group (order by latency_s) as p99_s,
  count(ttft_s) as streamed,
  percentile_cont(0.5) within group (order by ttft_s) as ttft_p50_s,
  percentile_cont(0.95) within group (order by ttft_s) as ttft_p95_s,
  percentile_cont(0.5) within group (order by speed) as speed_p50,
  percentile_cont(0.5) within group (order by total_tokens::float8) as tokens_p50,
  percentile_cont(0.95) within group (order by total_tokens::float8) as tokens_p95,
  percentile_cont(0.95) within group (order by input_tokens::float8) as input_p95
from (
  select
    $began as $grain,
    environment,
    coalesce(nullif(model, ''), 'unknown') as model,
    latency_s,
    ttft_s,
    case when level <> 'ERROR' and output_tokens > 0 then output_tokens / nullif(latency_s, 0) end as speed,
    total_tokens,
    input_tokens
  from {{ view('lf_observation') }}
  where type = 'GENERATION'
) as observed
group by grouping sets (($grain, environment, model), ($grain, environment), ($grain, model), ($grain))
