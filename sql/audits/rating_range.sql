/*
doc: Ratings outside 1 to 5. Averages and the share of satisfied users are wrong by them.
place: store
feature: feedback
severity: critical
cadence: 1d
key: [feedback_id]
*/
select feedback_id from {{ view('rating_entity') }} where rating not between 1 and 5
