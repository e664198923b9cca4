-- llm_cache_hour: What prompt caches saved, by hour: for each observation with cached input, of every type, cached tokens x (its price of an uncached input token - its price of a cached one). Observations whose cost lacks one of both prices are left out.

select
  date_trunc('hour', start_time, 'UTC') as hour,
  environment,
  coalesce(nullif(model, ''), 'unknown') as model,
  count(*) as calls,
  sum(cached_tokens)::bigint as cached_tokens,
  coalesce(
    sum(
      cached_tokens * (cost ->> 'input')::numeric / nullif((usage ->> 'input')::numeric, 0)
      - (
        select sum(value::text::numeric) from jsonb_each(cost)
        where key ilike '%cache%' and key not ilike '%creat%' and key not ilike '%write%'
      )
    ),
    0
  ) as saved_usd
from gendash.lf_observation
where cached_tokens > 0
group by 1, 2, 3;
