-- llm_hour: LLM calls by the hour in which they began, from Langfuse observations of type GENERATION.

select
  date_trunc('hour', start_time, 'UTC') as hour,
  environment,
  coalesce(nullif(model, ''), 'unknown') as model,
  count(*) as calls,
  count(*) filter (where level = 'ERROR') as errors,
  coalesce(sum(input_tokens), 0)::bigint as input_tokens,
  coalesce(sum(output_tokens), 0)::bigint as output_tokens,
  coalesce(sum(cached_tokens), 0)::bigint as cached_tokens,
  coalesce(sum(total_tokens), 0)::bigint as total_tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  count(*) filter (where cost_usd is null) as uncosted,
  max(start_time) as newest
from gendash.lf_observation
where type = 'GENERATION'
group by 1, 2, 3;
