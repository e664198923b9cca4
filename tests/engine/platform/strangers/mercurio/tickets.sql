select
  i.expediente as ticket_id,
  'ciudadano:' || i.correo_ciudadano as created_by,
  'operador:' || i.login_asignado as assigned_to,
  a.descripcion as category,
  case i.id_estado when 1 then 'open' when 2 then 'in_progress' when 3 then 'in_progress' when 4 then 'resolved' when 5 then 'closed' end as status,
  case i.id_prioridad when 1 then 'low' when 2 then 'medium' when 3 then 'high' when 4 then 'urgent' end as priority,
  i.fecha_primera_respuesta as first_response_at,
  i.fecha_resolucion as resolved_at,
  i.fecha_cierre as closed_at,
  i.fecha_limite as sla_due_at,
  i.fecha_apertura as created_at,
  i.fecha_modif as updated_at
from tbl_incidencia i
left join cat_materia a on a.id_materia = i.id_materia
