-- versions: Onyx, its models of August 2026
-- A rating has neither a time nor a person of its own: they are those of the answer and of its session.
select
  f.id as feedback_id,
  f.chat_message_id as message_id,
  s.user_id,
  case when f.is_positive then 5 when not f.is_positive then 1 end as rating,
  f.feedback_text as comment,
  m.time_sent as created_at
from chat_feedback f
join chat_message m on m.id = f.chat_message_id
join chat_session s on s.id = m.chat_session_id
where not s.deleted and f.is_positive is not null
