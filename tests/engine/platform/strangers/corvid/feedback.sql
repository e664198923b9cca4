select
  s.id as feedback_id,
  s.event_id as message_id,
  s.user_id,
  case s.data ->> 'thumb' when 'up' then 5 when 'down' then 1 end as rating,
  s.data ->> 'comment' as comment,
  s.created_at
from research.signals s
join research.events e on e.id = s.event_id
join research.dossiers d on d.id = e.dossier_id
where not d.trashed
