-- versions: Onyx, its models of August 2026
-- Sessions that people deleted are kept, with a mark.
select s.id as conversation_id, s.user_id, s.time_created as created_at
from chat_session s
where not s.deleted
