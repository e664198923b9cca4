/*
doc: Messages whose metadata names an intent, that is what the agent took the question for.
feature: intent
tables: {messages: messages}
time: messages.created_at
reads:
  messages: {conversation_id: conversation_id, created_at: created_at, metadata: metadata}
columns:
  conversation_id: {type: text, doc: conversation of the message}
  intent: {type: text, doc: key intent of its metadata}
  created_at: {type: timestamptz, doc: when it was written}
*/
select
  {{ column('messages.conversation_id', 'm') }}::text as conversation_id,
  {{ column('messages.metadata', 'm') }}::jsonb ->> 'intent' as intent,
  {{ column('messages.created_at', 'm') }}::timestamptz as created_at
from {{ table('messages') }} m
where {{ column('messages.metadata', 'm') }}::jsonb ->> 'intent' <> ''
