select
  f.id as feedback_id,
  f.message_id,
  f.user_id,
  case f.rating when 'like' then 5 when 'dislike' then 1 end as rating,
  f.reason as comment,
  f.created_at
from message_feedbacks f
join messages m on m.id = f.message_id
join conversations c on c.id = m.conversation_id
where c.status <> 'deleted'
