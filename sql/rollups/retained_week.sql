/*
doc: Accounts by the week of their registration that were active in a week, up to the ninth. Deleted accounts are not counted.
grain: one row per local week and week of registration with an account that wrote a message in it
feature: users conversations
audience: admin
cadence: 15m
key: [week, cohort]
window: true
reach: {user_day: [0, 6], user_entity: [56, 6]}
time: week
columns:
  week: {type: date, doc: Monday of a local week}
  cohort: {type: date, doc: "Monday of the local week of registration, at most 8 weeks before"}
  retained: {type: bigint, doc: accounts registered in the one that wrote a message in the other}
*/
select
  date_trunc('week', d.day::timestamp)::date as week,
  a.cohort,
  count(distinct user_id) as retained
from {{ view('user_day') }} d
join (
  select user_id, date_trunc('week', created_at at time zone {{ zone() }})::date as cohort
  from {{ view('user_entity') }}
) a using (user_id)
where d.day >= a.cohort and d.day < a.cohort + 63
group by 1, 2
