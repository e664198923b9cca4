select
  m.id_mensaje as message_id,
  m.id_conversacion as conversation_id,
  case m.id_emisor when 1 then 'user' when 2 then 'assistant' when 3 then 'assistant' when 4 then 'system' end as role,
  m.fecha_envio as created_at
from tbl_mensaje m
join tbl_conversacion v on v.id_conversacion = m.id_conversacion
where not v.anulada and not m.interno
