select
  'tenant_acme:' || f.id as document_id,
  f.added_by as user_id,
  case f.state when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.path from '[.]([^./]+)$') as file_type,
  f.bytes as file_size,
  (select count(*) from tenant_acme.snippet s where s.file = f.id) as chunk_count,
  f.failure as failure_reason,
  f.created as created_at,
  f.changed as updated_at
from tenant_acme.indexed_file f
where f.removed is null
union all
select
  'tenant_borealis:' || f.id as document_id,
  f.added_by as user_id,
  case f.state when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.path from '[.]([^./]+)$') as file_type,
  f.bytes as file_size,
  (select count(*) from tenant_borealis.snippet s where s.file = f.id) as chunk_count,
  f.failure as failure_reason,
  f.created as created_at,
  f.changed as updated_at
from tenant_borealis.indexed_file f
where f.removed is null
union all
select
  'tenant_cinder:' || f.id as document_id,
  f.added_by as user_id,
  case f.state when 'indexed' then 'done' when 'failed' then 'failed' else 'processing' end as status,
  substring(f.path from '[.]([^./]+)$') as file_type,
  f.bytes as file_size,
  (select count(*) from tenant_cinder.snippet s where s.file = f.id) as chunk_count,
  f.failure as failure_reason,
  f.created as created_at,
  f.changed as updated_at
from tenant_cinder.indexed_file f
where f.removed is null
