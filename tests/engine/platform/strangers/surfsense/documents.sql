select d.id as document_id, d.created_by_id as user_id, case d.status ->> 'state' when 'ready' then 'done' when 'pending' then 'processing' else d.status ->> 'state' end as status,
  (select lower(substring(f.original_filename from '[.]([^.]+)$')) from document_files f where f.document_id = d.id and f.kind = 'ORIGINAL' limit 1) as file_type,
  (select f.size_bytes from document_files f where f.document_id = d.id and f.kind = 'ORIGINAL' limit 1) as file_size,
  (select count(*) from chunks n where n.document_id = d.id) as chunk_count, d.status ->> 'reason' as failure_reason, d.created_at as created_at, d.updated_at as updated_at
from documents d
