select
  g.id as document_id,
  g.publisher_id as user_id,
  case g.ingest_status when 'READY' then 'done' when 'REJECTED' then 'failed' else 'processing' end as status,
  split_part(g.data_content_type, '/', 2) as file_type,
  g.data_length as file_size,
  (select count(*) from guide_excerpt e where e.guide_id = g.id) as chunk_count,
  g.ingest_problem as failure_reason,
  g.created_date as created_at,
  g.last_modified_date as updated_at
from travel_guide g
where not g.deleted
