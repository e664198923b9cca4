select d.id as document_id, k.user_id, case d.processing_status when 'completed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  split_part(d.mime_type, '/', 2) as file_type, d.file_size, d.chunk_count, d.uploaded_at as created_at
from document d
join knowledge_base k on k.id = d.knowledge_base_id
where d.deleted_at is null and k.deleted_at is null
