select
  a.anfrage_nr as ticket_id,
  a.melder as created_by,
  a.bearbeiter as assigned_to,
  g.bez as category,
  case a.status_cd when 10 then 'open' when 20 then 'in_progress' when 30 then 'in_progress' when 40 then 'resolved' when 50 then 'closed' end as status,
  case a.prio_cd when 1 then 'low' when 2 then 'medium' when 3 then 'high' when 4 then 'urgent' end as priority,
  a.erstantwort_ms as first_response_at,
  a.geloest_ms as resolved_at,
  a.geschlossen_ms as closed_at,
  a.frist_ms as sla_due_at,
  a.eroeffnet_ms as created_at,
  a.geaendert_ms as updated_at
from ki.anfrage a
left join ki.wissensgebiet g on g.gebiet_cd = a.gebiet_cd
