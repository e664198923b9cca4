select
  k."Id" as document_id,
  k."CreatedById" as user_id,
  case k."IndexState" when 'Ready' then 'done' when 'Faulted' then 'failed' else 'processing' end as status,
  substring(k."BlobName" from '[.]([^.]+)$') as file_type,
  k."Length" as file_size,
  (select count(*) from "KnowledgeFragments" f where f."KnowledgeItemId" = k."Id") as chunk_count,
  k."IndexError" as failure_reason,
  k."CreatedOn" as created_at,
  k."ModifiedOn" as updated_at
from "KnowledgeItems" k
where not k."IsDeleted"
