select d.id as document_id, 'users:' || d.creator_id as user_id, case d.rag_info ->> 'status' when 'SUCCEEDED' then 'done' when 'FAILED' then 'failed' else 'processing' end as status, d.meta ->> 'content_type' as file_type, d.rag_info ->> 'message' as failure_reason, d.created_at as created_at, d.updated_at as updated_at from nodes d
where d.type = 2
