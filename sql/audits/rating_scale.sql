/*
doc: Share of ratings outside 1 to 5. The platform has another scale, which an adapter or platform.columns.feedback.rating converts.
place: store
feature: feedback
severity: critical
cadence: 1d
limit: 0.01
*/
select count(*) filter (where rating not between 1 and 5) as found, count(*) as total from {{ view('rating_entity') }}
