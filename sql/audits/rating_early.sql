/*
doc: Ratings given more than a minute before their answer was written. The clocks of two services differ.
place: source
feature: feedback
severity: warning
cadence: 1d
days: 7
key: [feedback_id]
*/
select feedback_id from {{ stage('rated_answers') }} s where created_at < answered_at - interval '1 minute'
