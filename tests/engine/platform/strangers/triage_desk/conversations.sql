select c.id as conversation_id, 'patients:' || c.patient_id as user_id, c.created_at, c.channel = 'phone' as is_voice
from intakes c
