select
  f.id as document_id,
  f.uploaded_by as user_id,
  case f.state when 'ready' then 'done' when 'error' then 'failed' else 'processing' end as status,
  substring(f.original_name from '[.]([^.]+)$') as file_type,
  f.size as file_size,
  (select count(*) from knowledge_chunks c where c.knowledge_file_id = f.id) as chunk_count,
  f.error_message as failure_reason,
  f.created_at,
  f.updated_at
from knowledge_files f
where f.deleted_at is null
