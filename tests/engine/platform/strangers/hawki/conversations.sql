-- Rooms are chats of people among each other; a person's chats with a model are these.
select c.id as conversation_id, c.user_id, c.created_at
from ai_convs c
