select
  m."id" as document_id,
  m."uploaderId" as user_id,
  case m."state" when 'EMBEDDED' then 'done' when 'ERRORED' then 'failed' else 'processing' end as status,
  substring(m."fileName" from '[.]([^.]+)$') as file_type,
  m."sizeInBytes" as file_size,
  m."chunkTotal" as chunk_count,
  m."errorDetail" as failure_reason,
  m."createdAt" as created_at,
  m."updatedAt" as updated_at
from "Material" m
where m."deletedAt" is null
