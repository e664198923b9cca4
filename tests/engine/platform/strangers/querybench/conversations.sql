select c.investigation_id as conversation_id, c.analyst_id as user_id, c.started_at as created_at
from qb.investigation c
where c.deleted_at is null
