select
  r.id as feedback_id,
  r.chat_entry_id as message_id,
  r.user_id,
  r.stars as rating,
  r.note as comment,
  r.created_at,
  r.updated_at
from entry_reviews r
join chat_entries e on e.id = r.chat_entry_id
join chat_sessions s on s.id = e.chat_session_id
where s.deleted_at is null
