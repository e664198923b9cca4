-- versions: the reference platform, all migrations
select
  d.id as document_id,
  d.user_id,
  d.status,
  d.file_type,
  d.file_size,
  d.chunk_count,
  d.created_at,
  d.updated_at
from documents d
