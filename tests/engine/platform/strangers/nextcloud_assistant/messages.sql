-- Each session begins with instructions as a message of the system.
select m.id as message_id, m.session_id as conversation_id, m.role, m.timestamp as created_at
from oc_assistant_chat_msgs m
where m.role <> 'system'
