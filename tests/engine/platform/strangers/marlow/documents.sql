select
  d.id as document_id,
  d.added_by as user_id,
  case d.sync_status when 'synced' then 'done' when 'errored' then 'failed' else 'processing' end as status,
  substring(d.filename from '[.]([^.]+)$') as file_type,
  d.bytes as file_size,
  d.chunk_count,
  d.sync_error as failure_reason,
  d.created_at,
  d.updated_at
from reference_docs d
where d.trashed_at is null
