/*
doc: Registrations by day and the accounts that these add up to. Only accounts that are active now are counted, so that
  the last day equals accounts_active of account_now; deleted and deactivated ones are missing from the past too.
grain: one row per local day from the first registration to today, at most growth.days back
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
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from registered
),
-- accounts from before the first of these days count in its total
running as (
  select
    day,
    coalesce(accounts, 0) as registered,
    (sum(coalesce(accounts, 0)) over (order by day))::bigint as accounts
  from days full join registered using (day)
)
select day, day::timestamp at time zone {{ zone() }} as at, registered, accounts
from running join days using (day)
