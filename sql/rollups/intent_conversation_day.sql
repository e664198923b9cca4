/*
doc: What conversations were about, by the days on which their messages were written.
grain: one row per local day, conversation and intent with a message on it
feature: intent
audience: admin
cadence: 15m
key: [day, conversation_id, intent]
window: true
time: day
columns:
  day: {type: date, doc: local day}
  conversation_id: {type: text, doc: id of the conversation on the platform}
  intent: {type: text, doc: the agent's classification of the question}
  messages: {type: bigint, merge: sum, doc: messages whose metadata names it}
*/
select (created_at at time zone {{ zone() }})::date as day, conversation_id, intent, count(*) as messages
from {{ stage('message_intents') }} s
group by 1, 2, 3
