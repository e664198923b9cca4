/*
doc: Registrations by day and the accounts that these add up to. Only accounts that are active now are counted, so that
  the last day equals accounts_active of account_now; deleted and deactivated ones are missing from the past too.
grain: one row per local day from the first registration to today
feature: users
audience: everyone
cadence: 15m
materialized: true
key: [day]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  registered: {type: bigint, doc: accounts registered on it}
  accounts: {type: bigint, doc: accounts registered on it or before}
*/
with registered as (
  select (created_at at time zone {{ zone() }})::date as day, count(*) as accounts
  from {{ view('user_entity') }}
  where is_active
  group by 1
),
days as (
  select generate_series(min(day)::timestamp, greatest(max(day), {{ today() }}), interval '1 day')::date as day
  from registered
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  coalesce(accounts, 0) as registered,
  (sum(coalesce(accounts, 0)) over (order by day))::bigint as accounts
from days left join registered using (day)
