select
  d.id as document_id,
  d."uploadedById" as user_id,
  case d."ingestState" when 'INDEXED' then 'done' when 'FAILED' then 'failed' else 'processing' end as status,
  substring(d."fileName" from '[.]([^.]+)$') as file_type,
  d."byteSize" as file_size,
  (select count(*) from "Passage" p where p."authorityId" = d.id) as chunk_count,
  d."failureNote" as failure_reason,
  d."createdAt" as created_at,
  d."updatedAt" as updated_at
from "Authority" d
where d."deletedAt" is null
