-- versions: Onyx, its models of August 2026
-- Files that people upload; what connectors index has no person, and counts as done once it has chunks.
select
  f.id::text as document_id,
  f.user_id,
  case f.status
    when 'COMPLETED' then 'done'
    when 'FAILED' then 'failed'
    when 'SKIPPED' then 'failed'
    when 'CANCELED' then 'failed'
    else 'processing'
  end as status,
  substring(f.name from '[.]([^.]+)$') as file_type,
  f.chunk_count,
  f.created_at
from user_file f
where f.status <> 'DELETING'
union all
select d.id, null, case when d.chunk_count > 0 then 'done' else 'processing' end, null, d.chunk_count, d.last_modified
from document d
where not d.hidden
