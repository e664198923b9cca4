select
  s.stg_id as ticket_id,
  s.melder_id as created_by,
  s.bearbeiter_id as assigned_to,
  s.art as category,
  case s.status_id when 10 then 'open' when 20 then 'in_progress' when 30 then 'resolved' when 40 then 'closed' end as status,
  case s.prio_id when 1 then 'low' when 2 then 'medium' when 3 then 'high' when 4 then 'urgent' end as priority,
  to_timestamp(s.erledigt) as resolved_at,
  to_timestamp(s.geschlossen) as closed_at,
  to_timestamp(s.eroeffnet) as created_at,
  to_timestamp(s.geaendert) as updated_at
from t_stoerung s
