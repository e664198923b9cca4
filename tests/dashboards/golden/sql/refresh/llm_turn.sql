-- llm_turn: Traces of Langfuse with an LLM call (observation of type GENERATION), which are agent turns, and other traces with cost or tokens, such as documents that were embedded, which have 0 calls. A trace belongs to the time at which its first step began. Cost and tokens are those of all its steps, of every type.

with steps as (
  select
    *,
    type = 'GENERATION' as is_call,
    coalesce(
      lag(level) over (partition by project, trace_id, type, name order by start_time, id) = 'ERROR', false
    ) as is_retry
  from gendash.lf_observation
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
having bool_or(is_call or cost_usd is not null or usage <> '{}');
