/*
doc: Ratings with the message that they are about, and their comment. For admins only.
feature: feedback
tables: {feedback: feedback, messages: messages}
time: feedback.created_at
reads:
  feedback:
    feedback_id: id
    message_id: message_id
    user_id: user_id
    rating: rating
    comment: comment
    created_at: created_at
  messages:
    message_id: id
    conversation_id: conversation_id
    role: role
    created_at: created_at
    metadata: metadata
words:
  message_role: {user: [user, human], assistant: [assistant, ai], system: [system]}
make:
  messages.metadata:
    sql: alter table {{ table('messages') }} add column {{ column('messages.metadata') }} jsonb
    app: |
      message.{{ column('messages.metadata') }} = {**(message.{{ column('messages.metadata') }} or {}), "trace_id": handler.last_trace_id}
columns:
  feedback_id: {type: text, doc: id of the rating}
  user_id: {type: text, null: true, doc: who rated}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  comment: {type: text, null: true, doc: what was written with it; NULL where nothing was}
  created_at: {type: timestamptz, doc: when it was given}
  message_id: {type: text, doc: the rated message}
  is_answer: {type: boolean, doc: whether the assistant wrote it}
  conversation_id: {type: text, doc: conversation of the rated message}
  answered_at: {type: timestamptz, doc: when the rated message was written}
  trace_id: {type: text, null: true, doc: "key trace_id of the answer's metadata: its Langfuse trace; NULL where the platform keeps none"}
*/
select
  {{ column('feedback.feedback_id', 'f') }}::text as feedback_id,
  {{ column('feedback.user_id', 'f') }}::text as user_id,
  {{ number('feedback.rating', 'f') }} as rating,
  case when {{ setting('privacy.comments') }} then nullif(btrim({{ column('feedback.comment', 'f') }}::text), '') end as comment,
  {{ time('feedback.created_at', 'f') }} as created_at,
  {{ column('messages.message_id', 'm') }}::text as message_id,
  {{ word('messages.role', 'message_role', 'm') }} = 'assistant' as is_answer,
  {{ column('messages.conversation_id', 'm') }}::text as conversation_id,
  {{ time('messages.created_at', 'm') }} as answered_at,
  {{ json('messages.metadata', 'm', optional='jsonb') }} ->> 'trace_id' as trace_id
from {{ table('feedback') }} f
join {{ table('messages') }} m
  on {{ column('messages.message_id', 'm', like='feedback.message_id') }} = {{ column('feedback.message_id', 'f', like='messages.message_id') }}
