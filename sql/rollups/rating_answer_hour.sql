/*
doc: Answers by hour, and whether they were given to a guest.
grain: one row per local hour with an answer, and whether its conversation is anonymous
feature: conversations
audience: everyone
cadence: 5m
key: [hour, anonymous]
window: true
time: hour
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  anonymous: {type: boolean, doc: whether the conversation has no user}
  answers: {type: bigint, merge: sum, doc: messages of the assistant}
*/
select date_trunc('hour', created_at, {{ zone() }}) as hour, user_id is null as anonymous, count(*) as answers
from {{ stage('messages') }} s
where role = 'assistant'
group by 1, 2
