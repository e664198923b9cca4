-- user_mix_day: Users who were active on a day, by whether it was their first day. A user is active on a day with at least one message of theirs.

with active as (
  select day, day = min(day) over (partition by user_id) as is_first from gendash.user_day
)
select
  day,
  day::timestamp at time zone 'UTC' as at,
  count(*) filter (where is_first) as first_time,
  count(*) filter (where not is_first) as returning_users
from active
group by 1;
