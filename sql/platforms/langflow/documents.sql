-- versions: Langflow, its models at 01858599, 03797e79 and 0907a69f (1.x)
select
  f.id as document_id,
  f.user_id,
  'done' as status,
  substring(f.path from '[.]([^.]+)$') as file_type,
  f.size as file_size,
  f.created_at,
  f.updated_at
from file f
