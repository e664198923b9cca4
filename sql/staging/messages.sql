/*
doc: Messages of the platform, with the user of their conversation.
feature: conversations
tables: {messages: messages, conversations: conversations}
time: messages.created_at
required: [message_id, conversation_id, role, created_at]
parents: {conversation_id: conversations.conversation_id}
reads:
  messages: {message_id: id, conversation_id: conversation_id, role: role, created_at: created_at}
  conversations: {conversation_id: id, user_id: user_id}
words:
  message_role: {user: [user, human], assistant: [assistant, ai], system: [system]}
columns:
  message_id: {type: text, doc: id of the message}
  conversation_id: {type: text, doc: its conversation}
  user_id: {type: text, null: true, doc: "user of the conversation; NULL where anonymous"}
  role: {type: text, doc: "user, assistant, system, or other"}
  created_at: {type: timestamptz, doc: when it was written}
*/
select
  {{ column('messages.message_id', 'm') }}::text as message_id,
  {{ column('messages.conversation_id', 'm') }}::text as conversation_id,
  {{ column('conversations.user_id', 'c') }}::text as user_id,
  {{ word('messages.role', 'message_role', 'm') }} as role,
  {{ time('messages.created_at', 'm') }} as created_at
from {{ table('messages') }} m
left join {{ table('conversations') }} c
  on {{ column('conversations.conversation_id', 'c', like='messages.conversation_id') }} = {{ column('messages.conversation_id', 'm', like='conversations.conversation_id') }}
