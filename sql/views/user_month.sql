/*
doc: Questions by user in this local month so far and in the whole one before, for billing. Guests are left out.
grain: one row per user with a message in one of the two months
feature: conversations
audience: admin
cadence: 15m
materialized: true
key: [user_id]
indexes: [[rank]]
columns:
  rank: {type: bigint, doc: "order by messages of this month, then of the last one, most first; ties by id"}
  user_id: {type: text, doc: id of the account on the platform}
  this_month: {type: bigint, doc: messages that the user wrote in this local month until today}
  last_month: {type: bigint, doc: those of the whole month before}
  active_days: {type: bigint, doc: days of this month with such a message}
  last_at: {type: timestamptz, doc: the last of them}
  total: {type: bigint, doc: all such users}
*/
with months as materialized (
  select day as today, date_trunc('month', day::timestamp)::date as this
  from (select {{ today() }} as day) as now
),
counted as (
  select
    user_id,
    coalesce(sum(messages::int) filter (where day >= this), 0) as this_month,
    coalesce(sum(messages::int) filter (where day < this), 0) as last_month,
    count(*) filter (where day >= this) as active_days,
    max(last_at) as last_at
  from {{ view('user_day') }} cross join months
  where day >= (this - interval '1 month')::date and day <= today
  group by user_id
)
select
  row_number() over (order by this_month desc, last_month desc, user_id) as rank,
  user_id, this_month, last_month, active_days, last_at,
  count(*) over () as total
from counted
