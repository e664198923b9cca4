select
  a.id as document_id,
  'operator:' || a.owner_id as user_id,
  case a.ingestion when 'ready' then 'done' when 'rejected' then 'failed' else 'processing' end as status,
  substring(a.upload from '[.]([^.]+)$') as file_type,
  a.bytes as file_size,
  (select count(*) from library_snippet s where s.asset_id = a.id) as chunk_count,
  a.ingestion_note as failure_reason,
  a.created as created_at,
  a.modified as updated_at
from library_asset a
where not a.is_removed
