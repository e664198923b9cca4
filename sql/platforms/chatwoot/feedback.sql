-- versions: Chatwoot 3 and 4, copies of its schema
-- Answers to the survey at the end of a conversation, from 1 to 5.
select
  r.id as feedback_id,
  r.message_id,
  'contact:' || r.contact_id as user_id,
  r.rating,
  r.feedback_message as comment,
  r.created_at,
  r.updated_at
from csat_survey_responses r
