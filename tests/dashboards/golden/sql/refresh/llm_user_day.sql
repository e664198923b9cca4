-- llm_user_day: Agent turns by user and day, with cost and tokens of all traces of the user, those without an LLM call included.

select
  (started_at at time zone 'UTC')::date as day,
  environment,
  user_hash,
  count(*) filter (where calls > 0) as turns,
  sum(calls)::bigint as calls,
  sum(input_tokens + output_tokens)::bigint as tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  max(started_at) as last_at
from gendash.llm_turn
group by 1, 2, 3;
