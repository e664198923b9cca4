/*
doc: Ratings whose answer does not exist. They count as ratings, but for no conversation, model or intent.
place: source
feature: feedback
severity: warning
cadence: 1d
days: 7
key: [feedback_id]
*/
select feedback_id from {{ stage('stray_ratings') }} s
