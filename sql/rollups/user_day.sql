/*
doc: Users by the days on which they were active, that is wrote at least one message. Anonymous messages are left out.
grain: one row per local day and user with a user message on it
feature: conversations
audience: admin
cadence: 5m
key: [day, user_id]
window: true
time: day
newest: last_at
own_rows: user_id
columns:
  day: {type: date, doc: local day}
  user_id: {type: text, of_user: true, doc: id of the account on the platform}
  messages: {type: bigint, merge: sum, doc: messages that the user wrote on it}
  first_at: {type: timestamptz, merge: min, doc: the first of them}
  last_at: {type: timestamptz, merge: max, doc: the last of them}
*/
select
  (created_at at time zone {{ zone() }})::date as day,
  user_id,
  count(*) as messages,
  min(created_at) as first_at,
  max(created_at) as last_at
from {{ stage('messages') }} s
where role = 'user' and user_id is not null
group by 1, 2
