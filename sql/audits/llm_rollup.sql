/*
doc: LLM calls, tokens and cost by day, in the rows from Langfuse and in the summary of them. They should be equal.
place: [store, store]
feature: langfuse
severity: critical
cadence: 1d
days: 7
key: [day]
*/
select
  (start_time at time zone {{ zone() }})::date as day,
  count(*) as calls,
  sum(total_tokens) as tokens,
  coalesce(sum(cost_usd), 0) as cost_usd
from {{ view('lf_observation') }}
where type = 'GENERATION' and start_time > {{ now() }} - interval '10 days'
group by 1;

select
  (hour at time zone {{ zone() }})::date as day,
  sum(calls) as calls,
  sum(total_tokens) as tokens,
  sum(cost_usd) as cost_usd
from {{ view('llm_hour') }}
where hour > {{ now() }} - interval '10 days'
group by 1
