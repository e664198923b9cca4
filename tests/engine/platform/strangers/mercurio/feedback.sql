-- A rating is of the citizen of its conversation.
select
  r.id_valoracion as feedback_id,
  r.id_mensaje as message_id,
  'ciudadano:' || v.correo_ciudadano as user_id,
  case r.valor when 'util' then 5 when 'parcial' then 3 when 'no_util' then 1 end as rating,
  r.comentario as comment,
  r.fecha_valoracion as created_at
from tbl_valoracion r
join tbl_mensaje m on m.id_mensaje = r.id_mensaje and m.fecha_envio = r.fecha_mensaje
join tbl_conversacion v on v.id_conversacion = m.id_conversacion
where not v.anulada and not m.interno
