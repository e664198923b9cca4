-- versions: Langflow 1.1 to 1.6
select
  f.id as document_id,
  f.user_id,
  'done' as status,
  substring(f.path from '[.]([^.]+)$') as file_type,
  f.size as file_size,
  f.created_at,
  f.updated_at
from file f
