/*
doc: Messages whose conversation does not exist. They count as messages without a user.
place: source
feature: conversations
severity: warning
cadence: 1d
days: 7
key: [message_id]
*/
select message_id from {{ stage('stray_messages') }} s
