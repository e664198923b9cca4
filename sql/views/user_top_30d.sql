/*
doc: The users who wrote the most messages today and on the 29 days before, and what else they did in these days.
grain: one row per user, at most 100
feature: users conversations
audience: admin
cadence: 15m
materialized: true
key: [user_id]
columns:
  rank: {type: bigint, doc: "order by messages, most first; ties by id"}
  user_id: {type: text, doc: id of the account on the platform}
  name: {type: text, doc: "name of the account; the first 8 characters of its id where it has none"}
  role: {type: text, doc: "user, admin, super_admin, or other; unknown where the list of users does not have them"}
  messages: {type: bigint, doc: messages that the user wrote}
  active_days: {type: bigint, doc: local days on which the user wrote}
  conversations: {type: bigint, doc: conversations that the user began}
  ratings: {type: bigint, doc: ratings that the user gave}
  satisfied: {type: bigint, doc: those of them of 4 or 5}
  turns: {type: bigint, doc: "agent turns that Langfuse traced for the user"}
  tokens: {type: bigint, doc: their tokens}
  cost_usd: {type: numeric, doc: "their cost in USD; calls without a price count as 0"}
  last_at: {type: timestamptz, doc: the user's last message}
  total: {type: bigint, doc: all users who wrote}
*/
with today as materialized (
  select day, (day - 29)::timestamp at time zone {{ zone() }} as since, (day + 1)::timestamp at time zone {{ zone() }} as until
  from (select {{ today() }} as day) as one
),
wrote as (
  select user_id, sum(messages::int) as messages, count(*) as active_days, max(last_at) as last_at
  from {{ view('user_day') }} d cross join today where d.day > today.day - 30 and d.day <= today.day
  group by 1
),
top as materialized (select *, count(*) over () as total from wrote order by messages desc, user_id limit 100),
begun as (
  select user_id, count(*) as conversations
  from {{ view('conversation_entity') }} c cross join today
  where c.created_at >= since and c.created_at < until and user_id in (select user_id from top)
  group by 1
),
rated as (
  select user_id, count(*) as ratings, count(*) filter (where rating >= 4) as satisfied
  from {{ view('rating_entity') }} r cross join today
  where r.created_at >= since and r.created_at < until and user_id in (select user_id from top)
  group by 1
),
known as materialized (
  select user_id, user_hash, role from {{ view('user_entity') }} where user_id in (select user_id from top)
),
spent as (
  select user_hash, sum(turns)::bigint as turns, sum(tokens)::bigint as tokens, sum(cost_usd) as cost_usd
  from {{ view('llm_user_day') }} d cross join today
  where d.day > today.day - 30 and d.day <= today.day and user_hash in (select user_hash from known)
  group by 1
)
select
  row_number() over (order by top.messages desc, top.user_id) as rank,
  top.user_id,
  coalesce(names.name, left(top.user_id, 8)) as name,
  coalesce(known.role, 'unknown') as role,
  top.messages,
  top.active_days,
  coalesce(begun.conversations, 0) as conversations,
  coalesce(rated.ratings, 0) as ratings,
  coalesce(rated.satisfied, 0) as satisfied,
  coalesce(spent.turns, 0) as turns,
  coalesce(spent.tokens, 0) as tokens,
  coalesce(spent.cost_usd, 0) as cost_usd,
  top.last_at,
  top.total
from top
left join known using (user_id)
left join {{ view('user_name') }} names using (user_id)
left join begun using (user_id)
left join rated using (user_id)
left join spent using (user_hash)
