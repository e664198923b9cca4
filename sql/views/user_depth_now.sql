/*
doc: >-
  The same as user_depth_30d as single figures, over today and the 29 days before; NULL where there is nothing to
  divide.
grain: one row
feature: conversations
audience: everyone
cadence: 15m
materialized: true
key: [days]
columns:
  days: {type: int, doc: "days of the window, 30"}
  users: {type: bigint, doc: users with at least one conversation}
  per_user_mean: {type: float8, "null": true, doc: conversations of these users / these users}
  per_user_median: {type: float8, "null": true, doc: half of these users have at most so many}
  per_user_p90: {type: float8, "null": true, doc: 9 of 10 of these users have at most so many}
  top_tenth_share: {type: float8, "null": true, doc: "share of these conversations that belong to the tenth of these users (at least one) with the most"}
  conversations: {type: bigint, doc: "conversations that are at least 24 hours old, guests included"}
  per_conversation_mean: {type: float8, "null": true, doc: messages of these conversations / these conversations}
  single_turn_share: {type: float8, "null": true, doc: "share of these conversations with exactly one message of a user"}
*/
with today as (select ({{ now() }} at time zone {{ zone() }})::date as day),
recent as (
  select c.conversation_id, c.user_id, c.created_at
  from {{ view('conversation_entity') }} c cross join today
  where c.created_at >= (today.day - 29)::timestamp at time zone {{ zone() }}
    and c.created_at < (today.day + 1)::timestamp at time zone {{ zone() }}
),
people as (
  select count(*) as amount, row_number() over (order by count(*) desc) as rank, count(*) over () as users
  from recent where user_id is not null group by user_id
),
talks as (
  select coalesce(sum(m.messages), 0) as messages, coalesce(sum(m.user_messages), 0) as turns
  from recent left join {{ view('message_conversation_day') }} m using (conversation_id)
  where recent.created_at <= {{ now() }} - interval '24 hours'
  group by conversation_id
),
of_people as (
  select count(*) as users, avg(amount)::float8 as mean,
    percentile_disc(0.5) within group (order by amount)::float8 as median,
    percentile_disc(0.9) within group (order by amount)::float8 as p90,
    (sum(amount) filter (where rank <= greatest(users / 10, 1)) / nullif(sum(amount), 0))::float8 as top
  from people
),
of_talks as (
  select count(*) as conversations, avg(messages)::float8 as mean,
    (count(*) filter (where turns = 1))::float8 / nullif(count(*), 0) as single
  from talks
)
select
  30 as days, users, p.mean as per_user_mean, p.median as per_user_median, p.p90 as per_user_p90, p.top as top_tenth_share,
  conversations, t.mean as per_conversation_mean, t.single as single_turn_share
from of_people p cross join of_talks t
