/*
doc: Conversations of the platform.
feature: conversations
tables: {conversations: conversations}
time: conversations.created_at
required: [conversation_id, created_at]
reads:
  conversations:
    conversation_id: id
    user_id: user_id
    created_at: created_at
    is_voice: is_voice_conversation
    metadata: metadata
columns:
  conversation_id: {type: text, doc: id of the conversation}
  user_id: {type: text, null: true, doc: "its user; NULL where anonymous, or where the account was deleted"}
  created_at: {type: timestamptz, doc: start}
  is_voice: {type: boolean, doc: whether it is a call; false where the platform does not say}
  intent: {type: text, null: true, doc: "key intent of its metadata; NULL where the platform keeps none"}
*/
select
  {{ column('conversations.conversation_id', 'c') }}::text as conversation_id,
  {{ column('conversations.user_id', 'c') }}::text as user_id,
  {{ time('conversations.created_at', 'c') }} as created_at,
  coalesce({{ truth('conversations.is_voice', 'c', optional='boolean') }}, false) as is_voice,
  {{ json('conversations.metadata', 'c', optional='jsonb') }} ->> 'intent' as intent
from {{ table('conversations') }} c
