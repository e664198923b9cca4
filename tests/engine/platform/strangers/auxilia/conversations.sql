select c.id as conversation_id, 'customer:' || c.customer_id as user_id, c.created_at, c.channel = 'phone' as is_voice
from chats c
where c.deleted_at is null
