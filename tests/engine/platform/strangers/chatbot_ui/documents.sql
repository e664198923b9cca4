select f.id as document_id, f.user_id, 'done' as status, f.type as file_type, f.size as file_size,
  (select count(*) from file_items i where i.file_id = f.id) as chunk_count, f.created_at, f.updated_at
from files f
