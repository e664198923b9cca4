/*
doc: Share of the newest documents that are there more than once, as a join with several partners gives them. Every count has them several times.
place: source
feature: documents
severity: critical
cadence: 1d
newest: true
limit: 0.001
*/
select count(*) - count(distinct document_id) as found, count(*) as total from {{ stage('documents') }} as given
