-- versions: Open WebUI without a table chat_message (its models at 033ac2ee; messages are in chat.history)
-- A message is known by its key within the chat; its time is seconds since 1970, of some clients milliseconds.
select
  c.id || '-' || m.key as message_id,
  c.id as conversation_id,
  m.value ->> 'role' as role,
  m.value ->> 'timestamp' as created_at
from chat c
cross join lateral json_each(
  case when json_typeof(c.chat -> 'history' -> 'messages') = 'object' then c.chat -> 'history' -> 'messages' else '{}' end
) as m (key, value)
where c.user_id not like 'shared-%'
