select
  d.id as document_id,
  d.owner_id as user_id,
  case d.processing_status when 'processed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(d.file from '[.]([^.]+)$') as file_type,
  d.size as file_size,
  d.segments as chunk_count,
  d.error_message as failure_reason,
  d.created as created_at,
  d.modified as updated_at
from library_upload d
where not d.is_removed
