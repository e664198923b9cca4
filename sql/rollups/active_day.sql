/*
doc: >-
  Active users and conversations by day. A user is active on a day with at least one message of theirs. Rolling figures
  are exact distinct counts over their window, not sums of days.
grain: one row per local day on which there is a conversation, or an active user on it or on the 29 days before
feature: conversations
audience: admin
cadence: 5m
key: [day]
window: true
reach: {user_day: [29, 0], conversation_hour: [0, 0]}
time: day
columns:
  day: {type: date, doc: local day}
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
    coalesce(sum(conversations) filter (where anonymous), 0) as anonymous
  from {{ view('conversation_hour') }}
  group by 1
),
days as (
  select generate_series(min(day)::timestamp, max(day), interval '1 day')::date as day
  from (select day from changes union all select day from begun) as every_day
),
running as (
  select
    day,
    (sum(coalesce(dau, 0)) over sofar)::bigint as dau,
    (sum(coalesce(wau, 0)) over sofar)::bigint as wau,
    (sum(coalesce(mau, 0)) over sofar)::bigint as mau,
    coalesce(begun.conversations, 0)::bigint as conversations,
    coalesce(begun.anonymous, 0)::bigint as anonymous
  from days left join changes using (day) left join begun using (day)
  window sofar as (order by day)
)
select * from running where mau > 0 or conversations > 0
