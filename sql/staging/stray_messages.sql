/*
doc: Messages whose conversation does not exist. For audits only.
feature: conversations
tables: {messages: messages, conversations: conversations}
time: messages.created_at
reads:
  messages: {message_id: id, conversation_id: conversation_id, created_at: created_at}
  conversations: {conversation_id: id}
columns:
  message_id: {type: text, doc: id of the message}
  created_at: {type: timestamptz, doc: when it was written}
*/
select
  {{ column('messages.message_id', 'm') }}::text as message_id,
  {{ time('messages.created_at', 'm') }} as created_at
from {{ table('messages') }} m
where not exists (
  select from {{ table('conversations', 'all') }} c
  where {{ column('conversations.conversation_id', 'c', like='messages.conversation_id') }} = {{ column('messages.conversation_id', 'm', like='conversations.conversation_id') }}
)
