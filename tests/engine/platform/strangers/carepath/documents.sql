select
  d.id as document_id,
  'clinician:' || d."uploadedById" as user_id,
  case d.processing when 'indexed' then 'done' when 'error' then 'failed' else 'processing' end as status,
  substring(d."storageKey" from '[.]([^.]+)$') as file_type,
  d."sizeInBytes" as file_size,
  (select count(*) from "LeafletChunks" c where c."leafletId" = d.id) as chunk_count,
  d."processingError" as failure_reason,
  d."createdAt" as created_at,
  d."updatedAt" as updated_at
from "Leaflets" d
where d."deletedAt" is null
