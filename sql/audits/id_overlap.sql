/*
doc: >-
  Share of the people in the list of users who wrote or rated more than a day before their account was created. The ids of
  another table, such as guests or contacts, are taken for ids of users, or the date of registration is another one.
place: store
feature: conversations users
severity: warning
cadence: 1d
limit: 0.01
*/
with first_seen as (
  select user_id, min(day) as day from {{ view('user_day') }} group by user_id
)
select count(*) filter (where day < (created_at at time zone {{ zone() }})::date - 1) as found, count(*) as total
from {{ view('user_entity') }} join first_seen using (user_id)
