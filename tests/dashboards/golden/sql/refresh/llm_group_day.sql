-- llm_group_day: The same as llm_group_hour by the local day, of which charts over long times are drawn.

select
  dimension,
  (hour at time zone 'UTC')::date as day,
  environment,
  value,
  model,
  sum(calls)::bigint as calls,
  sum(errors)::bigint as errors,
  sum(timed)::bigint as timed,
  sum(spent_s) as spent_s,
  sum(tokens)::bigint as tokens,
  sum(priced)::bigint as priced,
  sum(cost_usd) as cost_usd
from gendash.llm_group_hour
group by 1, 2, 3, 4, 5;
