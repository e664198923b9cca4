-- llm_latency_hour: How LLM calls spread, by the hour of their start, for each model and environment and for all together. Percentiles (interpolated) are of that hour's calls; they must not be averaged or added.

select
  hour,
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
    date_trunc('hour', start_time, 'UTC') as hour,
    environment,
    coalesce(nullif(model, ''), 'unknown') as model,
    latency_s,
    ttft_s,
    case when level <> 'ERROR' and output_tokens > 0 then output_tokens / nullif(latency_s, 0) end as speed,
    total_tokens,
    input_tokens
  from gendash.lf_observation
  where type = 'GENERATION'
) as observed
group by grouping sets ((hour, environment, model), (hour, environment), (hour, model), (hour));
