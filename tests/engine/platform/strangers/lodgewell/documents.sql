select
  f.id as document_id,
  'operators:' || f.operator_id as user_id,
  case f.indexing when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.filename from '[.]([^.]+)$') as file_type,
  f.bytes as file_size,
  (select count(*) from handbook_segments s where s.handbook_file_id = f.id) as chunk_count,
  f.indexing_error as failure_reason,
  f.inserted_at as created_at,
  f.updated_at
from handbook_files f
where f.retired_at is null
