-- versions: Chatwoot 3 and 4, copies of its schema
select c.id as conversation_id, 'contact:' || c.contact_id as user_id, c.created_at
from conversations c
