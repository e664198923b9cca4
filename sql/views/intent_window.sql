/*
doc: >-
  Conversations by intent over today and the 6 (or 29) local days before. A conversation counts once for each intent that
  its messages name, so intents add up to more than all conversations.
grain: one row per window and intent with a message
feature: intent
audience: everyone
cadence: 15m
materialized: true
key: [days, intent]
columns:
  days: {type: int, doc: "length of the window: 7 or 30 days"}
  intent: {type: text, doc: the agent's classification of the question}
  conversations: {type: bigint, doc: distinct conversations with a message of this intent}
  messages: {type: bigint, doc: messages of this intent}
*/
select days, intent, count(distinct conversation_id) as conversations, sum(messages)::bigint as messages
from (values (7), (30)) as windows (days)
join {{ view('intent_conversation_day') }} on
  day > {{ today() }} - days
  and day <= {{ today() }}
group by 1, 2
