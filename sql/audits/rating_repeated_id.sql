/*
doc: Share of the newest ratings that are there more than once, as a join with several partners gives them. Every count has them several times.
place: source
feature: feedback
severity: critical
cadence: 1d
newest: true
limit: 0.001
*/
select count(*) - count(distinct feedback_id) as found, count(*) as total from {{ stage('feedback') }} as given
