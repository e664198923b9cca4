/*
doc: >-
  The figures of user_depth_30d as single numbers, over today and the 29 days before; NULL where there is nothing to
  divide.
grain: one row
feature: conversations
audience: everyone
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
with of_people as (
  select amount, n,
    sum(n) over (order by amount) as up_to,
    sum(n) over (order by amount desc) - n as above,
    sum(n) over () as users
  from {{ view('user_depth_amount') }} where measure = 'conversations'
),
people as (
  select
    coalesce(sum(n), 0)::bigint as users,
    (sum(amount * n) / nullif(sum(n), 0))::float8 as mean,
    min(amount) filter (where up_to >= ceil(0.5::float8 * users))::float8 as median,
    min(amount) filter (where up_to >= ceil(0.9::float8 * users))::float8 as p90,
    -- of those with this amount, as many as the tenth still has room for
    (sum(amount * least(n, greatest(greatest(div(users, 10), 1) - above, 0))) / nullif(sum(amount * n), 0))::float8 as top
  from of_people
),
talks as (
  select
    coalesce(sum(n), 0)::bigint as conversations,
    (sum(amount * n) / nullif(sum(n), 0))::float8 as mean,
    (sum(single)::float8 / nullif(sum(n), 0)::float8) as single
  from {{ view('user_depth_amount') }} where measure = 'messages'
)
select
  30 as days, users, p.mean as per_user_mean, p.median as per_user_median, p.p90 as per_user_p90, p.top as top_tenth_share,
  conversations, t.mean as per_conversation_mean, t.single as single_turn_share
from people p cross join talks t
