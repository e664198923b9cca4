select e.id as conversation_id, 'residents:' || e.resident_id as user_id, e.inserted_at as created_at, e.via = 'phone' as is_voice
from enquiries e
where e.discarded_at is null
