select c.id as conversation_id, c.candidate_id as user_id, c.created as created_at
from assistant_inquiry c
where not c.is_removed
