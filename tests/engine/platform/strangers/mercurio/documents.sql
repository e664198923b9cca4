-- Sizes are in kilobytes.
select
  d.id_documento as document_id,
  'operador:' || d.login_subida as user_id,
  case d.id_estado when 3 then 'done' when 4 then 'failed' else 'processing' end as status,
  substring(d.nombre_fichero from '[.]([^.]+)$') as file_type,
  d.tamano_kb * 1024 as file_size,
  d.num_fragmentos as chunk_count,
  d.motivo_error as failure_reason,
  d.fecha_subida as created_at,
  d.fecha_modif as updated_at
from tbl_documento d
where not d.eliminado
