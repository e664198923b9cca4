select f.id as document_id, f.user_id, 'done' as status, substring(f.file_name from '[.]([^.]+)$') as file_type,
  (select count(*) from database_entry e where e.file_name = f.file_name and e.user_id = f.user_id) as chunk_count,
  f.created_at, f.updated_at
from database_fileobject f
