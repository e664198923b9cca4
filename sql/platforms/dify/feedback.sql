-- versions: Dify, a dump of its schema of April 2025 (about 1.2)
select
  f.id as feedback_id,
  f.message_id::text as message_id,
  coalesce(f.from_end_user_id, f.from_account_id) as user_id,
  case f.rating when 'like' then 5 when 'dislike' then 1 end as rating,
  f.content as comment,
  f.created_at,
  f.updated_at
from message_feedbacks f
join conversations c on c.id = f.conversation_id
where not c.is_deleted
