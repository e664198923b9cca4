select
  i.id as document_id,
  i.added_by as user_id,
  case i.stage when 'searchable' then 'done' when 'broken' then 'failed' else 'processing' end as status,
  i.extension as file_type,
  i.byte_count as file_size,
  (select count(*) from passages p where p.library_item_id = i.id) as chunk_count,
  i.problem as failure_reason,
  i.added_at as created_at,
  i.changed_at as updated_at
from library_items i
where i.removed_at is null
