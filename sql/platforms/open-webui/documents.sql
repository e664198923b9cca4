-- versions: Open WebUI 0.8 and later, which keep messages in a table
select
  f.id as document_id,
  f.user_id,
  case f.data ->> 'status' when 'failed' then 'failed' when 'pending' then 'processing' else 'done' end as status,
  substring(f.filename from '[.]([^.]+)$') as file_type,
  f.meta ->> 'size' as file_size,
  to_timestamp(f.created_at) as created_at,
  to_timestamp(f.updated_at) as updated_at
from file f
