select e.id as conversation_id, 'patient:' || e."patientId" as user_id, e."createdAt" as created_at, e.medium = 'phone' as is_voice
from "Enquiries" e
where e."deletedAt" is null
