select
  k.knowledge_file_sk as document_id,
  case when e.employee_sk > 0 then 'employee:' || e.employee_no end as user_id,
  case k.load_state when 'LOADED' then 'done' when 'ERROR' then 'failed' else 'processing' end as status,
  substring(k.file_path from '[.]([^.]+)$') as file_type,
  k.file_bytes as file_size,
  k.chunk_total as chunk_count,
  k.load_error as failure_reason,
  k.added_at as created_at
from mart.dim_knowledge_file k
join mart.dim_employee e on e.employee_sk = k.owner_employee_sk
where k.deleted_flag = 0
