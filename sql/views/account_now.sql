/*
doc: Accounts as they are now. Deleted accounts are not counted, not even in figures of the past.
grain: one row
feature: users
key: [accounts_total]
audience: everyone
cadence: 5m
materialized: true
columns:
  accounts_total: {type: bigint, doc: "accounts, inactive ones and staff included"}
  accounts_active: {type: bigint, doc: "accounts that may sign in, staff included"}
  accounts_inactive: {type: bigint, doc: accounts that may not sign in}
  staff_active: {type: bigint, doc: active accounts with role admin or super_admin}
  accounts_new_7d: {type: bigint, doc: active accounts registered today or on the 6 days before}
  accounts_new_30d: {type: bigint, doc: active accounts registered today or on the 29 days before}
  accounts_30d_ago: {type: bigint, doc: active accounts registered before these 30 days}
*/
with today as (
  select {{ today() }}::timestamp as day
),
starts as materialized (
  select
    (day - interval '6 days') at time zone {{ zone() }} as week,
    (day - interval '29 days') at time zone {{ zone() }} as month
  from today
)
select
  count(user_id) as accounts_total,
  count(user_id) filter (where is_active) as accounts_active,
  count(user_id) filter (where not is_active) as accounts_inactive,
  count(user_id) filter (where is_active and role in ('admin', 'super_admin')) as staff_active,
  count(user_id) filter (where is_active and created_at >= week and created_at <= {{ now() }}) as accounts_new_7d,
  count(user_id) filter (where is_active and created_at >= month and created_at <= {{ now() }}) as accounts_new_30d,
  count(user_id) filter (where is_active and created_at < month) as accounts_30d_ago
from starts left join {{ view('user_entity') }} on true
