select d.id as document_id, d.uploader_id as user_id, case d.status when 'ready' then 'done' when 'failed' then 'failed' else 'processing' end as status, substring(b.filename from '[.]([^.]+)$') as file_type, b.byte_size as file_size,
  (select count(*) from chunks k where k.document_id = d.id) as chunk_count, d.error_message as failure_reason, d.created_at, d.updated_at
from documents d
left join active_storage_attachments a on a.record_type = 'Document' and a.record_id = d.id and a.name = 'file'
left join active_storage_blobs b on b.id = a.blob_id
where d.discarded_at is null
