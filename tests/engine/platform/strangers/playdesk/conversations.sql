select c.id as conversation_id, 'players:' || c.player_id as user_id, c.created_at
from chats c
where c.deleted_at is null
