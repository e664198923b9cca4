-- What is in the table has been read.
select
  k.id as document_id,
  case when left(k.created_by, 5) = 'user_' then 'user:' || substr(k.created_by, 6) end as user_id,
  'done' as status,
  k.size_bytes as file_size,
  k.created_at,
  k.updated_at
from knowledge k
where k.deleted_at is null
