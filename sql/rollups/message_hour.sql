/*
doc: Messages by hour and role.
grain: one row per local hour and role in which there is a message
feature: conversations
audience: everyone
cadence: 5m
key: [hour, role]
window: true
time: hour
newest: newest
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  role: {type: text, doc: "user, assistant, system, or other"}
  messages: {type: bigint, merge: sum, doc: messages written in it}
  newest: {type: timestamptz, merge: max, doc: its last message}
*/
select
  date_trunc('hour', created_at, {{ zone() }}) as hour,
  role,
  count(*) as messages,
  max(created_at) as newest
from {{ stage('messages') }} s
group by 1, 2
