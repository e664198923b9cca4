select k.id as document_id, k.user_id,
  case k.status when 'PROCESSED' then 'done' when 'ERROR' then 'failed' else 'processing' end as status,
  k.mime_type as file_type, k.file_size,
  (select count(*) from vectors v where v.knowledge_id = k.id) as chunk_count, k.created_at, k.updated_at
from knowledge k
where not k.is_folder
