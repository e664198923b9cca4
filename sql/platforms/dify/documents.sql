-- versions: Dify, a dump of its schema of April 2025 (about 1.2)
-- The file behind a document is named in its source, JSON in a text; documents of other sources have none.
select
  d.id as document_id,
  d.created_by as user_id,
  case d.indexing_status when 'completed' then 'done' when 'error' then 'failed' else 'processing' end as status,
  u.extension as file_type,
  u.size as file_size,
  (select count(*) from document_segments s where s.document_id = d.id) as chunk_count,
  d.error as failure_reason,
  d.created_at,
  d.updated_at
from documents d
left join upload_files u
  on u.id::text = substring(d.data_source_info from '"upload_file_id": *"([0-9a-f-]+)"')
