/*
doc: Conversations, without titles and texts.
grain: one row per conversation
feature: conversations
audience: admin
cadence: 5m
key: [conversation_id]
time: created_at
columns:
  conversation_id: {type: text, doc: id of the conversation on the platform}
  user_id: {type: text, null: true, merge: max, doc: "its user; NULL where anonymous"}
  created_at: {type: timestamptz, merge: max, doc: start}
  channel: {type: text, merge: max, doc: chat or voice}
  intent: {type: text, null: true, merge: max, doc: "what it is about, where the platform says so"}
  messages: {type: bigint, merge: sum, doc: messages of all roles}
  user_messages: {type: bigint, merge: sum, doc: messages that its user wrote}
  last_message_at: {type: timestamptz, null: true, merge: max, doc: newest message; NULL where there is none}
*/
select
  conversation_id,
  user_id,
  created_at,
  case when is_voice then 'voice' else 'chat' end as channel,
  intent,
  0 as messages,
  0 as user_messages
from {{ stage('conversations') }} s;

select
  conversation_id,
  count(*) as messages,
  count(*) filter (where role = 'user') as user_messages,
  max(created_at) as last_message_at
from {{ stage('messages') }} s
group by conversation_id
