-- Of the events only those of the kind message are messages.
select
  e.id as message_id,
  e.dossier_id as conversation_id,
  e.payload ->> 'role' as role,
  e.occurred_at as created_at
from research.events e
join research.dossiers d on d.id = e.dossier_id
where e.kind = 'message' and not d.trashed
