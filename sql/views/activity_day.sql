/*
doc: Active users and conversations by day. A user is active on a day with at least one message of theirs. Rolling
  figures are exact distinct counts over their window, not sums of days.
grain: one row per local day from the first message or conversation to today, at most growth.days back
feature: conversations
audience: everyone
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  dau: {type: bigint, doc: users active on it}
  wau: {type: bigint, doc: users active on it or on the 6 days before}
  mau: {type: bigint, doc: users active on it or on the 29 days before}
  conversations: {type: bigint, doc: conversations begun on it}
  anonymous: {type: bigint, doc: those of them without a user}
*/
with ends as (
  select least(min(day), {{ today() }}) as first, max(day) filter (where dau > 0 or conversations > 0) as last
  from {{ view('active_day') }}
),
days as (select {{ calendar('first', 'last') }}::date as day from ends)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  coalesce(dau, 0) as dau,
  coalesce(wau, 0) as wau,
  coalesce(mau, 0) as mau,
  coalesce(conversations, 0) as conversations,
  coalesce(anonymous, 0) as anonymous
from days left join {{ view('active_day') }} using (day)
