select
  m.id as document_id,
  m.added_by_id as user_id,
  case m.index_status when 'indexed' then 'done' when 'error' then 'failed' else 'processing' end as status,
  lower(substring(m.file from '[.]([^.]+)$')) as file_type,
  m.file_size,
  (select count(*) from manuals_passage s where s.manual_id = m.id) as chunk_count,
  m.index_message as failure_reason,
  m.created as created_at,
  m.modified as updated_at
from manuals_manual m
where not m.is_deleted
