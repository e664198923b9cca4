select
  d.knowledge_file_id as document_id,
  d.uploaded_by as user_id,
  case d.state when 'ready' then 'done' when 'error' then 'failed' else 'processing' end as status,
  substring(d.filename from '[.]([^.]+)$') as file_type,
  d.bytes as file_size,
  (select count(*) from qb.knowledge_chunk k where k.knowledge_file_id = d.knowledge_file_id) as chunk_count,
  d.last_error as failure_reason,
  d.uploaded_at as created_at,
  d.updated_at
from qb.knowledge_file d
