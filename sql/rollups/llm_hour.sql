/*
doc: LLM calls by the hour in which they began, from Langfuse observations of type GENERATION.
grain: one row per local hour, environment and model with a call in it
feature: langfuse
audience: everyone
cadence: 1m
key: [hour, environment, model]
window: true
time: hour
newest: newest
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  environment: {type: text, doc: Langfuse environment}
  model: {type: text, doc: "model as the application named it; unknown where it named none"}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  input_tokens: {type: bigint, doc: "input tokens, cached ones included"}
  output_tokens: {type: bigint, doc: output tokens}
  cached_tokens: {type: bigint, doc: input tokens read from a prompt cache}
  total_tokens: {type: bigint, doc: tokens in total as Langfuse states them}
  cost_usd: {type: numeric, doc: "cost in USD of the calls that have a price; 0 where none has"}
  uncosted: {type: bigint, doc: calls without a cost}
  newest: {type: timestamptz, doc: start of its last call}
*/
select
  date_trunc('hour', start_time, {{ zone() }}) as hour,
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
from {{ view('lf_observation') }}
where type = 'GENERATION'
group by 1, 2, 3
