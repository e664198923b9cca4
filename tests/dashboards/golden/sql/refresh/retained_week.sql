-- retained_week: Accounts by the week of their registration that were active in a week, up to the ninth. Deleted accounts are not counted.

select
  date_trunc('week', d.day::timestamp)::date as week,
  a.cohort,
  count(distinct user_id) as retained
from gendash.user_day d
join (
  select user_id, date_trunc('week', created_at at time zone 'UTC')::date as cohort
  from gendash.user_entity
) a using (user_id)
where d.day >= a.cohort and d.day < a.cohort + 63
group by 1, 2;
