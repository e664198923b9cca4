-- versions: Langflow 1.1 to 1.6
-- A session is what its messages name; who talks in it is not stored.
select m.session_id as conversation_id, min(m.timestamp) as created_at
from message m
group by m.session_id
