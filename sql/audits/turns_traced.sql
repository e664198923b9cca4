/*
doc: >-
  Questions of users by day against traces in Langfuse's busiest environment. A gap of more than 5 % means that turns
  are not traced, or traced twice, so that cost per turn is wrong.
place: [store, store]
feature: conversations langfuse
severity: warning
cadence: 1d
days: 7
tolerance: 0.05
slack: 5
must_compare: true
key: [day]
*/
with synced as (
  select
    max((closed_from at time zone {{ zone() }})::date) + 1 as first,
    min((closed_until at time zone {{ zone() }})::date) as end
  from {{ view('_sync') }} where stream = 'observations'
)
select (hour at time zone {{ zone() }})::date as day, sum(messages) as turns
from {{ view('message_hour') }}, synced
where role = 'user' and hour > {{ now() }} - interval '10 days'
  and (hour at time zone {{ zone() }})::date >= synced.first and (hour at time zone {{ zone() }})::date < synced.end
group by 1;

with synced as (
  select
    max((closed_from at time zone {{ zone() }})::date) + 1 as first,
    min((closed_until at time zone {{ zone() }})::date) as end
  from {{ view('_sync') }} where stream = 'observations'
),
turns as (
  select (started_at at time zone {{ zone() }})::date as day, environment, count(*) as turns
  from {{ view('llm_turn') }}
  where calls > 0 and started_at > {{ now() }} - interval '10 days'
  group by 1, 2
)
select day, turns from turns, synced
where day >= synced.first and day < synced.end
  and environment = (select environment from turns group by environment order by sum(turns) desc, environment limit 1)
