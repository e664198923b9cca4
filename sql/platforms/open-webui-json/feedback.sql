-- versions: Open WebUI without a table chat_message (its models at 033ac2ee; messages are in chat.history)
-- Thumbs are 1 and -1; ratings of arena models belong to a message, too.
select
  f.id as feedback_id,
  (f.meta ->> 'chat_id') || '-' || (f.meta ->> 'message_id') as message_id,
  f.user_id,
  case f.data ->> 'rating' when '1' then 5 when '-1' then 1 end as rating,
  f.data ->> 'comment' as comment,
  f.created_at,
  f.updated_at
from feedback f
join chat c on c.id = f.meta ->> 'chat_id'
where f.type = 'rating' and c.user_id not like 'shared-%'
