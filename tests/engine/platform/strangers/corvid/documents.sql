select
  f.id as document_id,
  f.owner as user_id,
  case f.index_state when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.name from '[.]([^.]+)$') as file_type,
  f.metadata ->> 'size' as file_size,
  (select count(*) from library.embeddings e where e.file_id = f.id) as chunk_count,
  f.metadata ->> 'error' as failure_reason,
  f.created_at,
  f.updated_at
from library.files f
where f.deleted_at is null
