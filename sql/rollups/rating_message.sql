/*
doc: Messages that ratings are about, without the person who rated, so that they stay when that person is forgotten.
grain: one row per rating of a message that still exists
feature: feedback
audience: admin
cadence: 5m
key: [feedback_id]
window: true
time: created_at
columns:
  feedback_id: {type: text, doc: id of the rating on the platform}
  created_at: {type: timestamptz, doc: when it was given; stays when it is edited}
  message_id: {type: text, doc: the rated message}
  is_answer: {type: boolean, doc: whether the assistant wrote it}
  conversation_id: {type: text, doc: conversation of the rated message}
  answered_at: {type: timestamptz, doc: when the rated message was written}
*/
select feedback_id, created_at, message_id, is_answer, conversation_id, answered_at
from {{ stage('rated_answers') }} s
