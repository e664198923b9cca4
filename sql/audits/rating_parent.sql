/*
doc: >-
  Share of ratings whose message does not exist, or does not count. They count as ratings, but for no conversation, model
  or intent.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.01
touches: [rating_entity, rating_detail, rating_message]
*/
select count(*) filter (where rated.feedback_id is null) as found, count(*) as total
from {{ view('rating_entity') }} as ratings
left join {{ view('rating_message') }} as rated using (feedback_id)
