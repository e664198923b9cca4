/*
doc: Share of the people who wrote within 30 days that the list of users does not have. They count as active users; they are missing from accounts, roles and weeks of registration.
place: store
feature: conversations users
severity: warning
cadence: 1d
limit: 0.01
*/
select count(*) filter (where accounts.user_id is null) as found, count(*) as total
from (select distinct user_id from {{ view('user_day') }} where day > {{ today() }} - 30 and day <= {{ today() }}) as people
left join {{ view('user_entity') }} as accounts using (user_id)
