-- What is in the table has been read and indexed.
select
  b.id as document_id,
  b.user_id,
  'done' as status,
  substring(b.title from '[.]([^.]+)$') as file_type,
  b.size as file_size,
  (select count(*) from info_blob_chunks c where c.info_blob_id = b.id) as chunk_count,
  b.created_at,
  b.updated_at
from info_blobs b
