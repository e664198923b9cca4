-- The file of a guideline is an attachment of Active Storage.
select
  g.id as document_id,
  g.owner_id as user_id,
  case g.ingest_state when 'ingested' then 'done' when 'errored' then 'failed' else 'processing' end as status,
  substring(b.filename from '[.]([^.]+)$') as file_type,
  b.byte_size as file_size,
  (select count(*) from guideline_sections s where s.guideline_id = g.id) as chunk_count,
  g.ingest_failure as failure_reason,
  g.created_at,
  g.updated_at
from guidelines g
left join active_storage_attachments a on a.record_type = 'Guideline' and a.record_id = g.id and a.name = 'file'
left join active_storage_blobs b on b.id = a.blob_id
where g.discarded_at is null
