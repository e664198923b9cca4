/*
doc: >-
  LLM calls (Langfuse observations of type GENERATION), and cost and tokens of observations of every type that carry
  any, by the hour in which they began. Langfuse adds up the cost of all types in the same way.
grain: one row per local hour, environment, model and type with a call, cost or tokens in it
feature: langfuse
audience: everyone
cadence: 1m
key: [hour, environment, model, type]
window: true
time: hour
newest: newest
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  environment: {type: text, doc: Langfuse environment}
  model: {type: text, doc: "model as the application named it; unknown where it named none"}
  type: {type: text, doc: "type of the observations: GENERATION for LLM calls, EMBEDDING, AGENT, ..."}
  calls: {type: bigint, doc: "LLM calls, failed ones included; 0 for every type but GENERATION"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  input_tokens: {type: bigint, doc: "input tokens, cached ones included"}
  output_tokens: {type: bigint, doc: output tokens}
  cached_tokens: {type: bigint, doc: input tokens read from a prompt cache}
  total_tokens: {type: bigint, doc: tokens in total as Langfuse states them}
  cost_usd: {type: numeric, doc: "cost in USD of the observations that have one; 0 where none has"}
  uncosted: {type: bigint, doc: calls without a cost}
  newest: {type: timestamptz, doc: start of the last of these observations}
*/
select
  date_trunc('hour', start_time, {{ zone() }}) as hour,
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
from {{ view('lf_observation') }}
where type = 'GENERATION' or cost_usd is not null or usage <> '{}'
group by 1, 2, 3, 4
