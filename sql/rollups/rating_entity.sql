/*
doc: Ratings of answers, without comments.
grain: one row per rating
feature: feedback
audience: admin
cadence: 5m
key: [feedback_id]
indexes: [[created_at]]
time: created_at
own_rows: user_id
columns:
  feedback_id: {type: text, doc: id of the rating on the platform}
  message_id: {type: text, doc: the rated answer}
  user_id: {type: text, null: true, of_user: true, doc: who rated}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  has_comment: {type: boolean, doc: whether a comment was written}
  created_at: {type: timestamptz, doc: when it was given; stays when it is edited}
  updated_at: {type: timestamptz, null: true, doc: last edit}
*/
select feedback_id, message_id, user_id, rating, has_comment, created_at, updated_at
from {{ stage('feedback') }} s
