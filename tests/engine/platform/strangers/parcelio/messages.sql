-- Colleagues answer as the assistant does; internal entries are notes.
select
  e.id as message_id,
  e.chat_session_id as conversation_id,
  case e.sender when 'customer' then 'user' when 'assistant' then 'assistant' when 'colleague' then 'assistant' when 'system' then 'system' end as role,
  e.created_at,
  e.meta as metadata
from chat_entries e
join chat_sessions s on s.id = e.chat_session_id
where not e.internal and s.deleted_at is null
