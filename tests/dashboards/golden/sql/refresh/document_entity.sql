-- document_entity: Documents of the knowledge base, without titles and file names.

select document_id, user_id, status, file_type, file_size, chunk_count as chunks, created_at, updated_at
from (
select
  d.id::text as document_id,
  d.user_id::text as user_id,
  case
    when d.status in ('done') then 'done'
    when d.status in ('processing') then 'processing'
    when d.status in ('failed') then 'failed'
    else 'other'
  end as status,
  regexp_replace(
    coalesce(nullif(ltrim(lower(d.file_type), '.'), ''), 'unknown'),
    '^markdown$', 'md'
  ) as file_type,
  d.file_size::bigint as file_size,
  coalesce(d.chunk_count, 0)::bigint as chunk_count,
  d.created_at::timestamptz as created_at,
  d.updated_at::timestamptz as updated_at
from public.documents d
) s;
