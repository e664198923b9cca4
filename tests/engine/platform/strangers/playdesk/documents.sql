select
  d.id as document_id,
  'staff_members:' || d.staff_member_id as user_id,
  case d.status when 'ready' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(d.original_name from '[.]([^.]+)$') as file_type,
  d.size as file_size,
  d.chunks as chunk_count,
  d.error as failure_reason,
  d.created_at,
  d.updated_at
from knowledge_files d
where d.deleted_at is null
