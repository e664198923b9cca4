/*
doc: Share of ratings whose message the assistant did not write. They count in satisfaction, not in the response rate.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.01
touches: [rating_detail, rating_message]
*/
select count(*) filter (where not is_answer) as found, count(*) as total from {{ view('rating_message') }}
