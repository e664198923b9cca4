select d.id as conversation_id, d.owner_id as user_id, d.created_at
from research.dossiers d
where not d.trashed
