select
  d.id as document_id,
  'staff_members:' || d.staff_member_id as user_id,
  case d.index_status when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(d.file_name from '[.]([^.]+)$') as file_type,
  d.byte_size as file_size,
  (select count(*) from care_guide_chunks k where k.care_guide_id = d.id) as chunk_count,
  d.index_error as failure_reason,
  d.created_at,
  d.updated_at
from care_guides d
where d.discarded_at is null
