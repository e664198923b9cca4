/*
doc: Messages from the future, more than 5 minutes ahead. A clock is wrong, or platform.time_zone (of
  times without a zone); windows miss them until their time comes.
place: source
feature: conversations
severity: warning
cadence: 1d
days: 7
key: [message_id]
*/
select message_id from {{ stage('messages') }} s where created_at > {{ now() }} + interval '5 minutes'
