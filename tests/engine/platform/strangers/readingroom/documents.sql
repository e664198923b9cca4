select
  f.file_no as document_id,
  f.reader_no as user_id,
  k.meaning as status,
  substring(f.name from '[.]([^.]+)$') as file_type,
  f.bytes as file_size,
  f.chunks as chunk_count,
  f.fault as failure_reason,
  f.added as created_at,
  f.changed as updated_at
from ask_file f
left join code_file_state k on k.code = f.state_code
