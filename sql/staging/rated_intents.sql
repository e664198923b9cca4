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
      nullif({{ column('messages.metadata', 'm', optional='jsonb') }}::jsonb ->> 'intent', ''),
      {{ column('conversations.metadata', 'c', optional='jsonb') }}::jsonb ->> 'intent'
    ) as intent,
    case when {{ column('feedback.rating', 'f') }}::text ~ '^-?[0-9]{1,9}([.][0-9]*)?$' then {{ column('feedback.rating', 'f') }}::numeric::int end as rating,
    {{ column('feedback.created_at', 'f') }}::timestamptz as created_at
  from {{ table('feedback') }} f
  join {{ table('messages') }} m
    on {{ column('messages.message_id', 'm') }} = {{ column('feedback.message_id', 'f') }}
  left join {{ table('conversations') }} c
    on {{ column('conversations.conversation_id', 'c') }} = {{ column('messages.conversation_id', 'm') }}
) as named
where intent <> ''
