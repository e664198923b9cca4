select d.id as document_id, d."userId" as user_id, case d.status when 'ready' then 'done' when 'created' then 'processing' when 'failed' then 'failed' end as status, split_part(d."contentType", '/', 2) as file_type,
  d."fileSize" as file_size, d."createdAt" as created_at, d."updatedAt" as updated_at
from files d
