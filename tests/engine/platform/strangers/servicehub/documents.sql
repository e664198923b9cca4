select
  d."Id" as document_id,
  d."AuthorId" as user_id,
  case d."IndexState" when 'Indexed' then 'done' when 'Failed' then 'failed' else 'processing' end as status,
  substring(d."FileName" from '[.]([^.]+)$') as file_type,
  d."Length" as file_size,
  d."ChunkCount" as chunk_count,
  d."IndexError" as failure_reason,
  d."CreatedAt" as created_at,
  d."UpdatedAt" as updated_at
from "KnowledgeItems" d
where not d."IsDeleted"
