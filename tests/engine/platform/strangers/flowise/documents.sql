select l.value ->> 'id' as document_id, case l.value ->> 'status' when 'SYNC' then 'done' else 'processing' end as status, substring(l.value -> 'files' -> 0 ->> 'name' from '[.]([^.]+)$') as file_type, l.value -> 'files' -> 0 ->> 'size' as file_size, l.value ->> 'totalChunks' as chunk_count, d."createdDate" as created_at, d."updatedDate" as updated_at
from document_store d
cross join lateral json_array_elements(d.loaders::json) as l (value)
