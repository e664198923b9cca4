-- A line carries its rating; who rated is the chat's visitor.
select
  m.id as feedback_id,
  m.id as message_id,
  c.visitor_id as user_id,
  case when m.liked then 5 else 1 end as rating,
  m.liked_note as comment,
  m.liked_at as created_at
from chat_lines m
join guided_chats c on c.id = m.chat_id
where m.liked is not null
