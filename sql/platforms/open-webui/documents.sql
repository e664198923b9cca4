-- versions: Open WebUI with a table chat_message (its models at 02530d50; 2026)
select
  f.id as document_id,
  f.user_id,
  case f.data ->> 'status' when 'failed' then 'failed' when 'pending' then 'processing' else 'done' end as status,
  substring(f.filename from '[.]([^.]+)$') as file_type,
  f.meta ->> 'size' as file_size,
  f.data ->> 'error' as failure_reason,
  f.created_at,
  f.updated_at
from file f
