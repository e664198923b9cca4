/*
doc: >-
  What prompt caches saved, by hour: for each observation with cached input, of every type, cached tokens x (its price of
  an uncached input token - its price of a cached one). Observations whose cost lacks one of both prices are left out.
grain: one row per local hour, environment and model with an observation that read from a cache
feature: langfuse
audience: everyone
cadence: 5m
key: [hour, environment, model]
window: true
time: hour
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  environment: {type: text, doc: Langfuse environment}
  model: {type: text, doc: "model as the application named it; unknown where it named none"}
  calls: {type: bigint, doc: "observations, mostly LLM calls, that read from a cache"}
  cached_tokens: {type: bigint, doc: tokens that they read from it}
  saved_usd: {type: numeric, doc: "list price saved, USD"}
*/
select
  date_trunc('hour', start_time, {{ zone() }}) as hour,
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
from {{ view('lf_observation') }}
where cached_tokens > 0
group by 1, 2, 3
