/*
doc: >-
  How far accounts came within the first seven local days, the day of registration being the first: of those that
  registered on the 30 days which ended 7 days ago, so that the seven days of each are over. Each step counts only accounts that
  took the ones before it. Deleted accounts are not counted.
grain: one row per step
feature: users conversations
audience: everyone
cadence: 15m
materialized: true
key: [step]
columns:
  step: {type: text, doc: "registered, wrote (a message), came back (wrote on a second day), or rated (an answer)"}
  rank: {type: int, doc: order of the steps}
  users: {type: bigint, doc: accounts that took it}
  first_message_s: {type: float8, "null": true, doc: "median seconds from registration to first message over all of these accounts; NULL where fewer than half wrote; the same in each row"}
*/
with today as (select {{ today() }} as day),
accounts as (
  select user_id, created_at, (created_at at time zone {{ zone() }})::date as began from {{ view('user_entity') }}
  where created_at >= {{ now() }} - interval '38 days' and created_at <= {{ now() }}  -- for the index; the days are compared below
),
chosen as (
  select accounts.* from accounts cross join today where began between today.day - 36 and today.day - 7
),
wrote as (
  select user_id, count(*) as days, min(first_at) as first_at
  from chosen join {{ view('user_day') }} d using (user_id)
  where d.day between began and began + 6 and d.day >= {{ today() }} - 36 and d.day <= {{ today() }}
  group by 1
),
rated as (
  select distinct user_id
  from chosen join {{ view('rating_entity') }} r using (user_id)
  where (r.created_at at time zone {{ zone() }})::date between began and began + 6
    and r.created_at >= {{ now() }} - interval '38 days' and r.created_at <= {{ now() }}
),
steps as (
  select
    wrote.user_id is not null as wrote,
    coalesce(wrote.days >= 2, false) as came_back,
    coalesce(wrote.days >= 2, false) and rated.user_id is not null as rated,
    -- greatest() passes over NULL, so that those who never wrote need a case of their own
    case when first_at is null then 'Infinity' else greatest(extract(epoch from first_at - created_at), 0) end::float8
      as first_message_s
  from chosen left join wrote using (user_id) left join rated using (user_id)
),
counted as (
  select count(*) as registered, count(*) filter (where wrote) as wrote, count(*) filter (where came_back) as came_back,
    count(*) filter (where rated) as rated,
    nullif(percentile_disc(0.5) within group (order by first_message_s), 'Infinity') as first_message_s
  from steps
)
select named.step, named.rank, named.users, first_message_s
from counted
cross join lateral (
  values ('registered', 1, registered), ('wrote', 2, wrote), ('came back', 3, came_back), ('rated', 4, rated)
) as named (step, rank, users)
