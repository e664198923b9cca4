/*
doc: >-
  Conversations by intent over today and the 6 local days before. A conversation counts once for each intent that
  its messages name, so intents add up to more than all conversations.
grain: one row per intent with a message
feature: intent
audience: everyone
cadence: 15m
materialized: true
key: [intent]
columns:
  intent: {type: text, doc: the agent's classification of the question}
  conversations: {type: bigint, doc: distinct conversations with a message of this intent}
  messages: {type: bigint, doc: messages of this intent}
*/
select intent, count(distinct conversation_id) as conversations, sum(messages)::bigint as messages
from {{ view('intent_conversation_day') }}
where day > {{ today() }} - 7 and day <= {{ today() }}
group by 1
