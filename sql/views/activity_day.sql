/*
doc: Active users and conversations by day. A user is active on a day with at least one message of theirs. Rolling
  figures are exact distinct counts over their window, not sums of days.
grain: one row per local day from the first message or conversation to today
feature: conversations
audience: everyone
cadence: 5m
materialized: true
key: [day]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  dau: {type: bigint, doc: users active on it}
  wau: {type: bigint, doc: users active on it or on the 6 days before}
  mau: {type: bigint, doc: users active on it or on the 29 days before}
  conversations: {type: bigint, doc: conversations begun on it}
  anonymous: {type: bigint, doc: those of them without a user}
*/
-- A user-day counts in a window of n days from its day until n days later, or until the user's next active day, which
-- counts from there on: +1 at the one end, -1 at the other, and the running sum is the number of distinct users.
with active as (
  select day, lead(day) over (partition by user_id order by day) as next_day from {{ view('user_day') }}
),
steps as (
  select day, 1 as dau, 1 as wau, 1 as mau from active
  union all
  select day + 1, -1, 0, 0 from active
  union all
  select least(day + 7, next_day), 0, -1, 0 from active
  union all
  select least(day + 30, next_day), 0, 0, -1 from active
),
changes as (
  select day, sum(dau) as dau, sum(wau) as wau, sum(mau) as mau from steps group by day
),
begun as (
  select
    (hour at time zone {{ zone() }})::date as day,
    sum(conversations) as conversations,
    sum(conversations) filter (where anonymous) as anonymous
  from {{ view('conversation_hour') }}
  group by 1
),
span as (
  select ({{ now() }} at time zone {{ zone() }})::date as today, min(day) as first, max(day) as last
  from (select day from active union all select day from begun) as every_day
),
days as (
  select generate_series(least(first, today)::timestamp, greatest(last, today), interval '1 day')::date as day from span
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  (sum(coalesce(dau, 0)) over running)::bigint as dau,
  (sum(coalesce(wau, 0)) over running)::bigint as wau,
  (sum(coalesce(mau, 0)) over running)::bigint as mau,
  coalesce(begun.conversations, 0)::bigint as conversations,
  coalesce(begun.anonymous, 0)::bigint as anonymous
from days left join changes using (day) left join begun using (day)
window running as (order by day)
