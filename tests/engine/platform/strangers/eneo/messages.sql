-- A row is a question with its answer; those of services belong to no session.
select q.id::text as message_id, q.session_id as conversation_id, 'assistant' as role, q.created_at
from questions q
where q.session_id is not null and q.answer <> ''
union all
select q.id || ':question', q.session_id, 'user', q.created_at
from questions q
where q.session_id is not null
