select
  f.id as document_id,
  'user:' || f.uploaded_by as user_id,
  case f.status when 'ready' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.path from '[.]([^.]+)$') as file_type,
  f.size as file_size,
  f.chunks_count as chunk_count,
  f.error_message as failure_reason,
  f.created_at,
  f.updated_at
from knowledge_files f
where f.deleted_at is null
