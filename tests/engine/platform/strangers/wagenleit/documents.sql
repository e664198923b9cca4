select
  d.dok_id as document_id,
  d.ben_id as user_id,
  case d.zustand_id when 1 then 'done' when 9 then 'failed' when 0 then 'processing' end as status,
  substring(d.dateiname from '[.]([^.]+)$') as file_type,
  d.groesse as file_size,
  d.abschnitte as chunk_count,
  d.fehlertext as failure_reason,
  to_timestamp(d.hochgeladen) as created_at
from t_dokument d
