-- versions: Dify, a dump of its schema of April 2025 (about 1.2)
-- A row of Dify is a question with its answer; the answer keeps the id, since feedback names it.
select
  m.id::text as message_id,
  m.conversation_id,
  'assistant' as role,
  m.created_at
from messages m
join conversations c on c.id = m.conversation_id
where not c.is_deleted and m.answer <> ''
union all
select m.id || ':question', m.conversation_id, 'user', m.created_at
from messages m
join conversations c on c.id = m.conversation_id
where not c.is_deleted
