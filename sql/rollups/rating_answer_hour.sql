/*
doc: Answers that could be rated, by hour. Guests cannot rate, so answers to them are left out.
grain: one row per local hour with such an answer
feature: conversations
audience: everyone
cadence: 5m
key: [hour]
window: true
time: hour
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  answers: {type: bigint, merge: sum, doc: messages of the assistant in conversations of a known user}
*/
select date_trunc('hour', created_at, {{ zone() }}) as hour, count(*) as answers
from {{ stage('messages') }} s
where role = 'assistant' and user_id is not null
group by 1
