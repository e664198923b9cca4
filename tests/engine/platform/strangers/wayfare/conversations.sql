select d.id as conversation_id, d.traveller_id as user_id, d.created_date as created_at, d.spoken as is_voice
from concierge_dialogue d
where not d.deleted
