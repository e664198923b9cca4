select
  f.id as feedback_id,
  f.turn_id as message_id,
  f.author_id as user_id,
  f.stars as rating,
  f.note as comment,
  f.created as created_at,
  f.modified as updated_at
from assistant_turnrating f
join assistant_turn m on m.id = f.turn_id
join assistant_inquiry c on c.id = m.inquiry_id
where not c.is_removed
