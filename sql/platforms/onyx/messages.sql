-- versions: Onyx, its models of August 2026
-- Each session begins with an empty message of the system, which is no message of anybody.
select m.id as message_id, m.chat_session_id as conversation_id, m.message_type as role, m.time_sent as created_at
from chat_message m
join chat_session s on s.id = m.chat_session_id
where not s.deleted and m.message_type <> 'SYSTEM'
