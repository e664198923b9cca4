select d.id as document_id, s.created_by as user_id,
  case when d.failure_reason is not null then 'failed' when exists (select from chunks n where n.document_id = d.id and not n.processed) then 'processing' else 'done' end as status,
  d.failure_reason, d.file_type, d.content_size as file_size, (select count(*) from chunks n where n.document_id = d.id) as chunk_count, d.created_at, d.updated_at
from documents d
join datasets s on s.id = d.dataset_id
