/*
doc: >-
  How many of the accounts registered in a week were active in that week and in the weeks after it. Only weeks that are
  over are there, so that no figure can still grow. Deleted accounts are in no figure.
grain: one row per week of registration (of the last 16) and week since then that is over, 0 to 8
feature: users conversations
audience: everyone
cadence: 15m
materialized: true
key: [week, k]
columns:
  week: {type: date, doc: Monday of the local week of registration}
  k: {type: int, doc: weeks since then; 0 is the week of registration itself}
  users: {type: bigint, doc: accounts registered in the week, those inactive now included}
  retained: {type: bigint, doc: those of them who wrote a message in week k}
*/
with today as (select ({{ now() }} at time zone {{ zone() }})::date as day),
accounts as (
  select user_id, date_trunc('week', created_at at time zone {{ zone() }})::date as week from {{ view('user_entity') }}
),
sizes as (
  select week, count(*) as users from accounts cross join today
  where week > date_trunc('week', today.day::timestamp)::date - 7 * 17 group by week
),
active as (
  select a.week, (d.day - a.week) / 7 as k, count(distinct user_id) as retained
  from {{ view('user_day') }} d join accounts a using (user_id)
  where d.day >= a.week and d.day < a.week + 63
  group by 1, 2
)
select sizes.week, weeks.k, sizes.users, coalesce(active.retained, 0) as retained
from sizes
cross join today
cross join generate_series(0, 8) as weeks (k)
left join active on active.week = sizes.week and active.k = weeks.k
where sizes.week + 7 * weeks.k + 7 <= today.day
