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
      nullif({{ json('messages.metadata', 'm', optional='jsonb') }} ->> 'intent', ''),
      {{ json('conversations.metadata', 'c', optional='jsonb') }} ->> 'intent'
    ) as intent,
    {{ time('messages.created_at', 'm') }} as created_at
  from {{ table('messages') }} m
  left join {{ table('conversations') }} c
    on {{ column('conversations.conversation_id', 'c', like='messages.conversation_id') }} = {{ column('messages.conversation_id', 'm', like='conversations.conversation_id') }}
) as named
where intent <> ''
