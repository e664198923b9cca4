/*
doc: Messages with an intent, that is the agent's classification of the question. The message's own intent takes precedence over its conversation's.
feature: intent
tables: {messages: messages, conversations: conversations}
time: messages.created_at
one_of: [messages.metadata, conversations.metadata]
reads:
  messages: {conversation_id: conversation_id, created_at: created_at, metadata: metadata}
  conversations: {conversation_id: id, metadata: metadata}
make:
  messages.metadata:
    sql: alter table {{ table('messages') }} add column {{ column('messages.metadata') }} jsonb
    app: |
      message.{{ column('messages.metadata') }} = {**(message.{{ column('messages.metadata') }} or {}), "intent": intent}
  conversations.metadata:
    sql: alter table {{ table('conversations') }} add column {{ column('conversations.metadata') }} jsonb
    app: |
      conversation.{{ column('conversations.metadata') }} = {**(conversation.{{ column('conversations.metadata') }} or {}), "intent": intent}
columns:
  conversation_id: {type: text, doc: conversation of the message}
  intent: {type: text, doc: "key intent of its metadata, else of that of its conversation"}
  created_at: {type: timestamptz, doc: when it was written}
*/
select conversation_id, intent, created_at
from (
  select
    {{ column('messages.conversation_id', 'm') }}::text as conversation_id,
    coalesce(
      nullif({{ column('messages.metadata', 'm', optional='jsonb') }}::jsonb ->> 'intent', ''),
      {{ column('conversations.metadata', 'c', optional='jsonb') }}::jsonb ->> 'intent'
    ) as intent,
    {{ column('messages.created_at', 'm') }}::timestamptz as created_at
  from {{ table('messages') }} m
  left join {{ table('conversations') }} c
    on {{ column('conversations.conversation_id', 'c') }} = {{ column('messages.conversation_id', 'm') }}
) as named
where intent <> ''
