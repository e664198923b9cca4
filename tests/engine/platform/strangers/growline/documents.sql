select
  d.leaflet_no as document_id,
  'adviser:' || d.adviser_no as user_id,
  d.vector_state as status,
  substring(d.file_name from '[.]([^.]+)$') as file_type,
  d.bytes as file_size,
  jsonb_array_length(d.pieces) as chunk_count,
  d.vector_fault as failure_reason,
  to_timestamp(d.added_ms / 1000.0) as created_at
from leaflet d
