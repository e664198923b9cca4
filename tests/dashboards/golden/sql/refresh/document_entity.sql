-- document_entity: Documents of the knowledge base, without titles and file names.

select
  document_id, user_id, status, file_type, file_size, chunk_count as chunks, failure_reason, created_at, updated_at
from (
select document_id, user_id, status, file_type, file_size, chunk_count, failure_reason, created_at, case when updated_at >= timestamptz '2000-01-01 00:00:00+00' and updated_at < timestamptz '2200-01-01 00:00:00+00' then updated_at end as updated_at from (
select
  d.id::text as document_id,
  d.user_id::text as user_id,
  case when lower(d.status::text) in ('done') then 'done' when lower(d.status::text) in ('processing') then 'processing' when lower(d.status::text) in ('failed') then 'failed' else 'other' end as status,
  regexp_replace(
    coalesce(nullif(ltrim(lower(d.file_type::text), '.'), ''), 'unknown'),
    '^markdown$', 'md'
  ) as file_type,
  -- what cannot be a size is NULL: sums of 15 digits stay within a bigint
  case when btrim(d.file_size::text) ~ '^[+-]?[0-9]{1,15}([.][0-9]*)?$' then btrim(d.file_size::text)::numeric::bigint end as file_size,
  coalesce(case when btrim(d.chunk_count::text) ~ '^[+-]?[0-9]{1,15}([.][0-9]*)?$' then btrim(d.chunk_count::text)::numeric::bigint end, 0)::bigint as chunk_count,
  case
    when true and case when lower(d.status::text) in ('done') then 'done' when lower(d.status::text) in ('processing') then 'processing' when lower(d.status::text) in ('failed') then 'failed' else 'other' end = 'failed' then
      left(nullif(btrim(regexp_replace(
        left(d.failure_reason::text, 2000), '[[:space:]]+', ' ', 'g'
      )), ''), 300)
  end as failure_reason,
  d.created_at::timestamptz as created_at,
  d.updated_at::timestamptz as updated_at
from public.documents d
) given where document_id is not null and status is not null and file_type is not null and chunk_count is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s;
