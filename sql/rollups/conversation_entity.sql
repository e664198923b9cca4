/*
doc: Conversations, without titles and texts.
grain: one row per conversation
feature: conversations
audience: admin
cadence: 5m
key: [conversation_id]
indexes: [[created_at], [user_id]]
window: true
time: created_at
own_rows: user_id
columns:
  conversation_id: {type: text, doc: id of the conversation on the platform}
  user_id: {type: text, null: true, of_user: true, doc: "its user; NULL where anonymous"}
  created_at: {type: timestamptz, doc: start}
  anonymous: {type: boolean, doc: whether the platform names no user; stays false when its user is forgotten}
  channel: {type: text, doc: chat or voice}
  intent: {type: text, null: true, doc: "what it is about, where the platform says so"}
*/
select
  conversation_id,
  user_id,
  created_at,
  user_id is null as anonymous,
  case when is_voice then 'voice' else 'chat' end as channel,
  intent
from {{ stage('conversations') }} s
