select v.id_conversacion as conversation_id, 'ciudadano:' || v.correo_ciudadano as user_id, v.fecha_inicio as created_at, v.id_canal = 2 as is_voice
from tbl_conversacion v
where not v.anulada
