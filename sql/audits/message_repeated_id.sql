/*
doc: Share of the newest messages that are there more than once, as a join with several partners gives them. Every count has them several times.
place: source
feature: conversations
severity: critical
cadence: 1d
newest: true
limit: 0.001
*/
select count(*) - count(distinct message_id) as found, count(*) as total from {{ stage('messages') }} as given
