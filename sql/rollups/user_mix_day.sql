/*
doc: Users who were active on a day, by whether it was their first day. A user is active on a day with at least one
  message of theirs.
grain: one row per local day with an active user
feature: conversations
audience: everyone
cadence: 15m
key: [day]
window: true
reach: {user_day: [all, 0]}
whole: [user_id]
time: day
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  first_time: {type: bigint, doc: users who had never been active before}
  returning_users: {type: bigint, doc: users who had been}
*/
with active as (
  select day, day = min(day) over (partition by user_id) as is_first from {{ view('user_day') }}
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  count(*) filter (where is_first) as first_time,
  count(*) filter (where not is_first) as returning_users
from active
group by 1
