select
  f.id as feedback_id,
  f.rateable_id as message_id,
  'players:' || f.player_id as user_id,
  case f.emoji when '😡' then 1 when '🙁' then 2 when '😐' then 3 when '🙂' then 4 when '😀' then 5 end as rating,
  f.comment,
  f.created_at,
  f.updated_at
from ratings f
join chat_entries m on m.id = f.rateable_id
join chats c on c.id = m.chat_id
where f.rateable_type = 'App\Models\ChatEntry' and c.deleted_at is null and m.kind = 'message'
