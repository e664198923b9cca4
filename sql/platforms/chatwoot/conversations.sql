-- versions: Chatwoot 3.0 to 4.7
select c.id as conversation_id, 'contact:' || c.contact_id as user_id, c.created_at
from conversations c
