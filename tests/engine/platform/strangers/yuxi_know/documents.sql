-- Who uploaded a file is named by the login, not by the key.
select
  f.file_id as document_id,
  u.id as user_id,
  case
    when f.status in ('indexed', 'done') then 'done'
    when f.status in ('error_parsing', 'error_indexing', 'failed') then 'failed'
    else 'processing'
  end as status,
  f.file_type,
  f.file_size,
  f.error_message as failure_reason,
  f.created_at,
  f.updated_at
from knowledge_files f
left join users u on u.user_id = f.created_by
where not f.is_folder
