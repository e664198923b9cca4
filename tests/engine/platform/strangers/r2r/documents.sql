select d.id as document_id, d.owner_id as user_id, case d.ingestion_status when 'success' then 'done' when 'failed' then 'failed' else 'processing' end as status, d.type as file_type, d.size_in_bytes as file_size,
  (select count(*) from r2r_default.chunks n where n.document_id = d.id) as chunk_count, d.created_at as created_at, d.updated_at as updated_at
from r2r_default.documents d
