select
  a.id as feedback_id,
  a.line_id as message_id,
  a.appraiser_id as user_id,
  a.grade as rating,
  a.explanation as comment,
  a.created_date as created_at,
  a.last_modified_date as updated_at
from line_appraisal a
join dialogue_line l on l.id = a.line_id
join concierge_dialogue d on d.id = l.dialogue_id
where not d.deleted
