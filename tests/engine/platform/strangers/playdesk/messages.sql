select
  m.id as message_id,
  m.chat_id as conversation_id,
  case m.author_type when 'App\Models\Player' then 'user' else 'assistant' end as role,
  m.created_at
from chat_entries m
join chats c on c.id = m.chat_id
where c.deleted_at is null and m.kind = 'message'
