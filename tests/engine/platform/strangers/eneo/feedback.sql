-- A session is rated, 1 or -1: the rating is that of its last answer.
select
  s.id as feedback_id,
  q.id::text as message_id,
  s.user_id,
  case s.feedback_value when 1 then 5 when -1 then 1 end as rating,
  s.feedback_text as comment,
  s.updated_at as created_at
from sessions s
join lateral (
  select a.id
  from questions a
  where a.session_id = s.id and a.answer <> ''
  order by a.created_at desc, a.id desc
  limit 1
) q on true
where s.feedback_value is not null
