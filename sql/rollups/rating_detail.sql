/*
doc: Ratings with their comment and the message that they are about.
grain: one row per rating of a message that still exists
feature: feedback
audience: admin
cadence: 5m
key: [feedback_id]
indexes: [[created_at], [trace_id]]
window: true
time: created_at
columns:
  feedback_id: {type: text, doc: id of the rating on the platform}
  user_id: {type: text, null: true, of_user: row, doc: who rated}
  rating: {type: int, doc: "1 (worst) to 5 (best), as it is now"}
  comment: {type: text, null: true, doc: what was written with it; NULL where nothing was}
  created_at: {type: timestamptz, doc: when it was given; stays when it is edited}
  message_id: {type: text, doc: the rated message}
  is_answer: {type: boolean, doc: whether the assistant wrote it}
  conversation_id: {type: text, doc: conversation of the rated message}
  answered_at: {type: timestamptz, doc: when the rated message was written}
  trace_id: {type: text, null: true, doc: "Langfuse trace of the answer; NULL where its metadata names none"}
*/
select
  feedback_id, user_id, rating, comment, created_at, message_id, is_answer, conversation_id, answered_at, trace_id
from {{ stage('rated_answers') }} s
