-- Customers and guests ask; the assistant and agents answer; a notice has no sender.
select
  m.id as message_id,
  m.chat_id as conversation_id,
  case when m.sender_type in ('customer', 'guest') then 'user' when m.sender_type in ('assistant', 'user') then 'assistant' else 'system' end as role,
  m.created_at
from chat_messages m
join chats c on c.id = m.chat_id
where c.deleted_at is null and not m.is_internal
