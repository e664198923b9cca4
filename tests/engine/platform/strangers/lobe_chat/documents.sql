select f.id as document_id, f.user_id, 'done' as status, split_part(f.file_type, '/', 2) as file_type, f.size as file_size,
  (select count(*) from file_chunks c where c.file_id = f.id) as chunk_count, f.created_at, f.updated_at
from files f
