-- versions: Open WebUI with a table chat_message (its models at 02530d50; 2026)
-- Times are seconds since 1970; some clients sent milliseconds.
select
  m.id as message_id,
  m.chat_id as conversation_id,
  m.role,
  m.created_at
from chat_message m
join chat c on c.id = m.chat_id
where c.user_id not like 'shared-%'
