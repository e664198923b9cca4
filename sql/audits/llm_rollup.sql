/*
doc: >-
  LLM calls, tokens and cost by day, of observations of every type, in the rows from Langfuse and in each summary of them.
  They should be equal.
place: [store, store]
feature: langfuse
severity: critical
cadence: 1d
days: 7
key: [day, summary]
*/
with steps as (
  select
    (start_time at time zone {{ zone() }})::date as day,
    count(*) filter (where type = 'GENERATION') as calls,
    sum(total_tokens) as tokens,
    coalesce(sum(cost_usd), 0) as cost_usd
  from {{ view('lf_observation') }}
  where start_time > {{ now() }} - interval '10 days'
  group by 1
),
billed as ( -- the steps that groups count, once for each dimension but tag: a call with two tags counts for both
  select
    (start_time at time zone {{ zone() }})::date as day,
    count(*) filter (where type = 'GENERATION') as calls,
    sum(total_tokens) as tokens,
    coalesce(sum(cost_usd), 0) as cost_usd
  from {{ view('lf_observation') }}
  where start_time > {{ now() }} - interval '10 days' and (type = 'GENERATION' or cost_usd is not null or usage <> '{}')
  group by 1
),
dimensions (dimension) as (
  values ('model'), ('environment'), ('release'), ('version'), ('session'), ('tags together')
),
traces as ( -- whole ones, since a trace belongs to the day of its first step
  select
    (min(start_time) at time zone {{ zone() }})::date as day,
    count(*) filter (where type = 'GENERATION') as calls,
    sum(total_tokens) as tokens,
    sum(input_tokens + output_tokens) as read_and_written,
    coalesce(sum(cost_usd), 0) as cost_usd
  from {{ view('lf_observation') }}
  where (project, trace_id) in (
    select project, trace_id from {{ view('lf_observation') }} where start_time > {{ now() }} - interval '10 days'
  )
  group by project, trace_id
)
select day, 'llm_hour' as summary, calls, tokens, cost_usd from steps
union all
select day, 'llm_spend_day', calls, 0, cost_usd from steps
union all
select day, 'llm_turn', sum(calls), sum(tokens), sum(cost_usd) from traces group by day
union all
select day, 'llm_turn_hour', sum(calls), 0, sum(cost_usd) from traces where calls > 0 group by day
union all
select day, 'llm_turn_day', sum(calls), 0, sum(cost_usd) from traces where calls > 0 group by day
union all
select day, 'llm_user_day', sum(calls), sum(read_and_written), sum(cost_usd) from traces group by day
union all
select day, 'llm_group_hour by ' || dimension, calls, tokens, cost_usd from billed cross join dimensions
union all
select day, 'llm_group_day by ' || dimension, calls, tokens, cost_usd from billed cross join dimensions;

select (hour at time zone {{ zone() }})::date as day, 'llm_hour' as summary, sum(calls) as calls,
  sum(total_tokens) as tokens, sum(cost_usd) as cost_usd
from {{ view('llm_hour') }} where hour > {{ now() }} - interval '10 days' group by 1
union all
select day, 'llm_spend_day', sum(calls), 0, sum(cost_usd)
from {{ view('llm_spend_day') }} where day > {{ today() }} - 10 group by 1
union all
select (started_at at time zone {{ zone() }})::date, 'llm_turn', sum(calls), sum(total_tokens), coalesce(sum(cost_usd), 0)
from {{ view('llm_turn') }} where started_at > {{ now() }} - interval '10 days' group by 1
union all
select (hour at time zone {{ zone() }})::date, 'llm_turn_hour', sum(calls), 0, sum(cost_usd)
from {{ view('llm_turn_hour') }} where hour > {{ now() }} - interval '10 days' and environment <> '__all' group by 1
union all
select day, 'llm_turn_day', sum(calls), 0, sum(cost_usd)
from {{ view('llm_turn_day') }}
where day > {{ today() }} - 10 and environment <> '__all' group by 1
union all
select day, 'llm_user_day', sum(calls), sum(tokens), sum(cost_usd)
from {{ view('llm_user_day') }} where day > {{ today() }} - 10 group by 1
union all
select (hour at time zone {{ zone() }})::date, 'llm_group_hour by ' || dimension, sum(calls), sum(tokens), sum(cost_usd)
from {{ view('llm_group_hour') }}
where hour > {{ now() }} - interval '10 days'
  and dimension in ('model', 'environment', 'release', 'version', 'session', 'tags together')
group by 1, 2
union all
select day, 'llm_group_day by ' || dimension, sum(calls), sum(tokens), sum(cost_usd)
from {{ view('llm_group_day') }}
where day > {{ today() }} - 10
  and dimension in ('model', 'environment', 'release', 'version', 'session', 'tags together')
group by 1, 2
