select d.id as conversation_id, d.employee_id as user_id, d.started_at as created_at
from discussions d
where d.removed_at is null
