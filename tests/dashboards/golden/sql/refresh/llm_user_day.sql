-- llm_user_day: Agent turns and their cost by user and day, from Langfuse traces that name a user.

select
  (started_at at time zone 'UTC')::date as day,
  environment,
  user_hash,
  count(*) as turns,
  sum(calls)::bigint as calls,
  sum(input_tokens + output_tokens)::bigint as tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  max(started_at) as last_at
from gendash.llm_turn
group by 1, 2, 3;
