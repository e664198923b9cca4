select
  s.id as document_id,
  s.added_by as user_id,
  case s.state when 'indexed' then 'done' when 'broken' then 'failed' else 'processing' end as status,
  substring(s.original_name from '[.]([^.]+)$') as file_type,
  s.byte_size as file_size,
  (select count(*) from passages p where p.source_id = s.id) as chunk_count,
  s.broken_because as failure_reason,
  s.added_at as created_at
from sources s
where s.removed_at is null
