/*
doc: Ratings of answers with an intent.
feature: intent
tables: {feedback: feedback, messages: messages, conversations: conversations}
time: feedback.created_at
one_of: [messages.metadata, conversations.metadata]
reads:
  feedback: {message_id: message_id, rating: rating, created_at: created_at}
  messages: {message_id: id, conversation_id: conversation_id, metadata: metadata}
  conversations: {conversation_id: id, metadata: metadata}
columns:
  intent: {type: text, doc: "key intent of the rated answer's metadata, else of that of its conversation"}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  created_at: {type: timestamptz, doc: when the rating was given}
*/
select intent, rating, created_at
from (
  select
    coalesce(
      nullif({{ json('messages.metadata', 'm', optional='jsonb') }} ->> 'intent', ''),
      {{ json('conversations.metadata', 'c', optional='jsonb') }} ->> 'intent'
    ) as intent,
    {{ number('feedback.rating', 'f') }} as rating,
    {{ time('feedback.created_at', 'f') }} as created_at
  from {{ table('feedback') }} f
  join {{ table('messages') }} m
    on {{ column('messages.message_id', 'm', like='feedback.message_id') }} = {{ column('feedback.message_id', 'f', like='messages.message_id') }}
  left join {{ table('conversations') }} c
    on {{ column('conversations.conversation_id', 'c', like='messages.conversation_id') }} = {{ column('messages.conversation_id', 'm', like='conversations.conversation_id') }}
) as named
where intent <> ''
