select d.id as document_id, d.created_by as user_id, case d.run when '3' then 'done' when '4' then 'failed' else 'processing' end as status, d.type as file_type, d.size as file_size, d.chunk_num as chunk_count, d.create_time as created_at, d.update_time as updated_at
from document d
