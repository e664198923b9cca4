select d.id as document_id, k.creator_id as user_id, case d.parse_status when 'completed' then 'done' when 'failed' then 'failed' when 'cancelled' then 'failed' else 'processing' end as status, d.file_type as file_type, d.file_size as file_size, (select count(*) from chunks c where c.knowledge_id = d.id and c.deleted_at is null) as chunk_count, d.error_message as failure_reason, d.created_at as created_at, d.updated_at as updated_at
from knowledges d
join knowledge_bases k on k.id = d.knowledge_base_id
where d.deleted_at is null and k.deleted_at is null
