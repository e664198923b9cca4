/*
doc: >-
  How much people use it, today and on the 29 days before: how many users began so many conversations, and how many
  conversations begun in them and at least 24 hours ago have so many messages, of all roles.
grain: one row per measure and amount
feature: conversations
audience: everyone
cadence: 15m
materialized: true
key: [measure, amount]
columns:
  measure: {type: text, doc: "conversations (per user) or messages (per conversation)"}
  amount: {type: bigint, doc: how many of them}
  n: {type: bigint, doc: users or conversations with so many}
  single: {type: bigint, doc: those of these conversations with exactly one message of a user; 0 for users}
*/
with now as materialized (
  select (day - 29)::timestamp at time zone {{ zone() }} as since, (day + 1)::timestamp at time zone {{ zone() }} as until,
    day - 29 as first, {{ now() }} - interval '24 hours' as settled
  from (select {{ today() }} as day) as one
),
recent as (
  select c.conversation_id, c.user_id, c.created_at <= settled as is_settled
  from {{ view('conversation_entity') }} c cross join now where c.created_at >= since and c.created_at < until
),
lengths as (
  -- of bigint the sum is numeric, which takes twice as long; no conversation has so many messages in a day
  select conversation_id, sum(messages::int) as messages, sum(user_messages::int) as turns
  from {{ view('message_conversation_day') }} cross join now
  where day >= first - 1  -- none is older than its conversation, but for clocks that are a little off
    and day < first + 30
  group by 1
),
people as (
  select count(*) as amount from recent where user_id is not null group by user_id
)
select 'conversations' as measure, amount, count(*) as n, 0::bigint as single from people group by amount
union all
select 'messages', coalesce(messages, 0), count(*), count(*) filter (where turns = 1)
from recent left join lengths using (conversation_id) where is_settled
group by 2
