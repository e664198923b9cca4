-- versions: Langflow, its models at 01858599, 03797e79 and 0907a69f (1.x)
-- A session is what its messages name; who talks in it is not stored.
select m.session_id as conversation_id, min(m.timestamp) as created_at
from message m
group by m.session_id
