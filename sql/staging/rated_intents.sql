/*
doc: Ratings of answers whose metadata names an intent.
feature: intent
tables: {feedback: feedback, messages: messages}
time: feedback.created_at
reads:
  feedback: {message_id: message_id, rating: rating, created_at: created_at}
  messages: {message_id: id, metadata: metadata}
columns:
  intent: {type: text, doc: key intent of the rated answer's metadata}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  created_at: {type: timestamptz, doc: when the rating was given}
*/
select
  {{ column('messages.metadata', 'm') }}::jsonb ->> 'intent' as intent,
  {{ column('feedback.rating', 'f') }}::int as rating,
  {{ column('feedback.created_at', 'f') }}::timestamptz as created_at
from {{ table('feedback') }} f
join {{ table('messages') }} m
  on {{ column('messages.message_id', 'm') }} = {{ column('feedback.message_id', 'f') }}
where {{ column('messages.metadata', 'm') }}::jsonb ->> 'intent' <> ''
