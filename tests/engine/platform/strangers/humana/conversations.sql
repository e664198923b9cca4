select c.id as conversation_id, c.employee_id as user_id, c.created_at
from consultations c
where c.discarded_at is null
