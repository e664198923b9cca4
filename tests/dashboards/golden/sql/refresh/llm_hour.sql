-- llm_hour: LLM calls (Langfuse observations of type GENERATION), and cost and tokens of observations of every type that carry any, by the hour in which they began. Langfuse adds up the cost of all types in the same way.

select
  date_trunc('hour', start_time, 'UTC') as hour,
  environment,
  coalesce(nullif(model, ''), 'unknown') as model,
  type,
  count(*) filter (where type = 'GENERATION') as calls,
  count(*) filter (where type = 'GENERATION' and level = 'ERROR') as errors,
  coalesce(sum(input_tokens), 0)::bigint as input_tokens,
  coalesce(sum(output_tokens), 0)::bigint as output_tokens,
  coalesce(sum(cached_tokens), 0)::bigint as cached_tokens,
  coalesce(sum(total_tokens), 0)::bigint as total_tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  count(*) filter (where type = 'GENERATION' and cost_usd is null) as uncosted,
  max(start_time) as newest
from gendash.lf_observation
where type = 'GENERATION' or cost_usd is not null or usage <> '{}'
group by 1, 2, 3, 4;
