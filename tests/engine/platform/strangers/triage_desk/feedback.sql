select
  f.id as feedback_id,
  f.utterance_id as message_id,
  'patients:' || f.patient_id as user_id,
  f.score as rating,
  f.remark as comment,
  f.created_at,
  f.updated_at
from satisfaction_answers f
join utterances m on m.id = f.utterance_id
where not m.internal
