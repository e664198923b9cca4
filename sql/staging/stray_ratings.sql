/*
doc: Ratings whose answer does not exist. For audits only.
feature: feedback
tables: {feedback: feedback, messages: messages}
time: feedback.created_at
reads:
  feedback: {feedback_id: id, message_id: message_id, created_at: created_at}
  messages: {message_id: id}
columns:
  feedback_id: {type: text, doc: id of the rating}
  created_at: {type: timestamptz, doc: when it was given}
*/
select
  {{ column('feedback.feedback_id', 'f') }}::text as feedback_id,
  {{ time('feedback.created_at', 'f') }} as created_at
from {{ table('feedback') }} f
where not exists (
  select from {{ table('messages', 'all') }} m
  where {{ column('messages.message_id', 'm', like='feedback.message_id') }} = {{ column('feedback.message_id', 'f', like='messages.message_id') }}
)
