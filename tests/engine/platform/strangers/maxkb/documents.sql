select d.id as document_id, d.user_id, case right(d.status, 1) when '2' then 'done' when '3' then 'failed' else 'processing' end as status, substring(d.name from '[.]([^.]+)$') as file_type,
  (select count(*) from paragraph n where n.document_id = d.id) as chunk_count, d.create_time as created_at, d.update_time as updated_at
from document d
