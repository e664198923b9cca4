/*
doc: >-
  How many of the accounts registered in a week were active in that week and in the weeks after it. Only weeks that are
  over are there, so that figures no longer change. Deleted accounts are not counted.
grain: one row per week of registration (of the last 16) and week since then that is over, 0 to 8
feature: users conversations
audience: everyone
cadence: 15m
materialized: true
key: [week, k]
columns:
  week: {type: date, doc: Monday of the local week of registration}
  k: {type: int, doc: weeks since then; 0 is the week of registration itself}
  users: {type: bigint, doc: "accounts registered in the week, those inactive now included"}
  retained: {type: bigint, doc: those of them who wrote a message in week k}
*/
with sizes as (
  select date_trunc('week', created_at at time zone {{ zone() }})::date as week, count(*) as users
  from {{ view('user_entity') }}
  where created_at >= (date_trunc('week', {{ today() }}::timestamp) - interval '16 weeks') at time zone {{ zone() }}
    and created_at <= {{ now() }}
  group by 1
)
select sizes.week, weeks.k, sizes.users, coalesce(active.retained, 0) as retained
from sizes
cross join generate_series(0, 8) as weeks (k)
left join {{ view('retained_week') }} active on active.cohort = sizes.week and active.week = sizes.week + 7 * weeks.k
where sizes.week + 7 * weeks.k + 7 <= {{ today() }}
