/*
doc: Messages by conversation and day; over all days, the length of a conversation.
grain: one row per local day and conversation with a message on it
feature: conversations
audience: admin
cadence: 15m
key: [day, conversation_id]
indexes: [[conversation_id]]
window: true
time: day
newest: last_at
columns:
  day: {type: date, doc: local day}
  conversation_id: {type: text, doc: id of the conversation on the platform}
  messages: {type: bigint, merge: sum, doc: messages of all roles}
  user_messages: {type: bigint, merge: sum, doc: messages that its user wrote}
  first_at: {type: timestamptz, merge: min, doc: the first of them}
  last_at: {type: timestamptz, merge: max, doc: the last of them}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  conversation_id,
  count(*) as messages,
  count(*) filter (where role = 'user') as user_messages,
  min(created_at) as first_at,
  max(created_at) as last_at
from {{ stage('messages') }} s
group by 1, 2
