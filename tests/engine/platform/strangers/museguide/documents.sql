select
  d.id as document_id,
  d.uploaded_by as user_id,
  case d.embedding_status when 'embedded' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(d.file_name from '[.]([^.]+)$') as file_type,
  d.size_bytes as file_size,
  (select count(*) from catalogue_chunks k where k.file_id = d.id) as chunk_count,
  d.embedding_error as failure_reason,
  d.created_at,
  d.updated_at
from catalogue_files d
