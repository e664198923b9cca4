/*
doc: Share of ratings of a message that has one already. Satisfaction counts each of them, the response rate one.
place: store
feature: feedback
severity: warning
cadence: 1d
limit: 0.01
*/
select count(*) - count(distinct message_id) as found, count(*) as total from {{ view('rating_entity') }}
