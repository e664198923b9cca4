-- llm_turn_day: Agent turns by the day of their start, for each environment and for all together. Percentiles are of that day's turns; they must not be averaged or added.

select
  (started_at at time zone 'UTC')::date as day,
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
from gendash.llm_turn
where calls > 0
group by grouping sets ((1, environment), (1));
