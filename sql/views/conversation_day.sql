/*
doc: Conversations begun by day and channel.
grain: one row per local day and channel, from the first conversation to today, at most growth.days back; days without one show 0
feature: conversations
audience: everyone
cadence: 5m
materialized: true
key: [day, channel]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  channel: {type: text, doc: chat or voice}
  conversations: {type: bigint, doc: conversations begun on it}
  anonymous: {type: bigint, doc: those of them without a user}
*/
with begun as (
  select
    (hour at time zone {{ zone() }})::date as day,
    channel,
    sum(conversations) as conversations,
    sum(conversations) filter (where anonymous) as anonymous
  from {{ view('conversation_hour') }}
  group by 1, 2
),
days as (
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from begun
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  channel,
  coalesce(conversations, 0)::bigint as conversations,
  coalesce(anonymous, 0)::bigint as anonymous
from days
cross join (values ('chat'), ('voice')) as channels (channel)
left join begun using (day, channel)
