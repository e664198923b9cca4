/*
doc: Ratings of answers. The comment's text is never read.
feature: feedback
tables: {feedback: feedback}
time: feedback.created_at
required: [feedback_id, message_id, rating, created_at]
parents: {message_id: messages.message_id}
reads:
  feedback:
    feedback_id: id
    message_id: message_id
    user_id: user_id
    rating: rating
    comment: comment
    created_at: created_at
    updated_at: updated_at
columns:
  feedback_id: {type: text, doc: id of the rating}
  message_id: {type: text, doc: the rated answer}
  user_id: {type: text, null: true, doc: who rated}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  created_at: {type: timestamptz, doc: when it was given; stays when it is edited}
  updated_at: {type: timestamptz, null: true, doc: last edit; NULL where the platform keeps none}
  has_comment: {type: boolean, doc: whether a comment was written}
*/
select
  {{ column('feedback.feedback_id', 'f') }}::text as feedback_id,
  {{ column('feedback.message_id', 'f') }}::text as message_id,
  {{ column('feedback.user_id', 'f') }}::text as user_id,
  -- what cannot be a number costs this row, which doctor counts, and no other
  {{ number('feedback.rating', 'f') }} as rating,
  {{ time('feedback.created_at', 'f') }} as created_at,
  {{ time('feedback.updated_at', 'f') }} as updated_at,
  coalesce({{ column('feedback.comment', 'f') }}::text, '') <> '' as has_comment
from {{ table('feedback') }} f
