/*
doc: >-
  Traces of Langfuse with an LLM call (observation of type GENERATION), which are agent turns, and other traces with cost
  or tokens, such as documents that were embedded, which have 0 calls. A trace belongs to the time at which its first step
  began. Cost and tokens are those of all its steps, of every type.
grain: one row per trace with an LLM call, cost or tokens
feature: langfuse
audience: admin
cadence: 5m
key: [project, trace_id]
window: true
whole: [project, trace_id]
tracked: true
time: started_at
indexes: [[started_at], [trace_id]]
columns:
  project: {type: text, doc: key of the Langfuse project}
  trace_id: {type: text, doc: trace}
  started_at: {type: timestamptz, doc: start of its first step}
  environment: {type: text, doc: Langfuse environment of its first step}
  user_hash: {type: text, doc: "keyed hash of its user; empty where the trace names none"}
  calls: {type: bigint, doc: "LLM calls, failed ones included; 0 where the trace is no agent turn"}
  failed_calls: {type: bigint, doc: those of them whose level is ERROR}
  retries: {type: bigint, doc: "LLM calls that follow, within the trace, a failed one of the same name"}
  tool_calls: {type: bigint, doc: observations of type TOOL or RETRIEVER}
  failed: {type: boolean, doc: whether the root of the trace is an ERROR}
  duration_s: {type: float8, doc: "end of its last step - start of its first, seconds"}
  input_tokens: {type: bigint, doc: "input tokens, cached ones included"}
  output_tokens: {type: bigint, doc: output tokens}
  total_tokens: {type: bigint, doc: tokens in total as Langfuse states them}
  cost_usd: {type: numeric, "null": true, doc: "cost in USD of its steps that have one, of every type; NULL where none has"}
  failed_cost_usd: {type: numeric, doc: cost of its failed LLM calls}
  retry_cost_usd: {type: numeric, doc: cost of its retries that did not fail themselves}
  uncosted: {type: bigint, doc: calls without a cost}
*/
with steps as (
  select
    *,
    type = 'GENERATION' as is_call,
    coalesce(
      lag(level) over (partition by project, trace_id, type, name order by start_time, id) = 'ERROR', false
    ) as is_retry
  from {{ view('lf_observation') }}
)
select
  project,
  trace_id,
  min(start_time) as started_at,
  (array_agg(environment order by start_time, id))[1] as environment,
  coalesce(min(user_hash), '') as user_hash,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as failed_calls,
  count(*) filter (where is_call and is_retry) as retries,
  count(*) filter (where type in ('TOOL', 'RETRIEVER')) as tool_calls,
  bool_or(is_root and level = 'ERROR') as failed,
  extract(epoch from max(greatest(start_time, end_time)) - min(start_time))::float8 as duration_s,
  sum(input_tokens)::bigint as input_tokens,
  sum(output_tokens)::bigint as output_tokens,
  sum(total_tokens)::bigint as total_tokens,
  sum(cost_usd) as cost_usd,
  coalesce(sum(cost_usd) filter (where is_call and level = 'ERROR'), 0) as failed_cost_usd,
  coalesce(sum(cost_usd) filter (where is_call and is_retry and level <> 'ERROR'), 0) as retry_cost_usd,
  count(*) filter (where is_call and cost_usd is null) as uncosted
from steps
group by project, trace_id
having bool_or(is_call or cost_usd is not null or usage <> '{}')
