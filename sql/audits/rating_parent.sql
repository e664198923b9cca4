/*
doc: >-
  Share of ratings whose message does not exist, or does not count. They count as ratings, but for no conversation, model
  or intent. Ratings of users who were deleted keep no user and no message, and are not meant.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.01
*/
select
  count(*) filter (
    where rated.feedback_id is null and (ratings.user_id is not null or not exists (select from {{ view('_former_user') }}))
  ) as found,
  count(*) as total
from {{ view('rating_entity') }} as ratings
left join {{ view('rating_detail') }} as rated using (feedback_id)
