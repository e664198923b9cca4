/*
doc: Share of ratings whose message does not exist, or does not count. They count as ratings, but for no conversation, model or intent.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.01
*/
select count(*) filter (where rated.feedback_id is null) as found, count(*) as total
from {{ view('rating_entity') }}
left join {{ view('rating_detail') }} as rated using (feedback_id)
