-- A task with all its runs is one conversation.
select t.id as conversation_id, t.requested_by as user_id, t.created_at
from tasks t
where t.trashed_at is null
