-- versions: Open WebUI without a table chat_message (its models at 033ac2ee; messages are in chat.history)
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
