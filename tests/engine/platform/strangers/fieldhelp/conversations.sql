-- Each ticket is a conversation: its posts.
select t.id as conversation_id, t.requester_id as user_id, t.created as created_at
from tickets_ticket t
where not t.is_deleted
