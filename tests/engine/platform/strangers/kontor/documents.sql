select
  d.dok_id as document_id,
  d.hochgeladen_von as user_id,
  case d.dokstatus_cd when 'IND' then 'done' when 'FEH' then 'failed' else 'processing' end as status,
  substring(d.dateiname from '[.]([^.]+)$') as file_type,
  d.groesse as file_size,
  (select count(*) from ki.abschnitt a where a.dok_id = d.dok_id) as chunk_count,
  d.fehlertext as failure_reason,
  d.hochgeladen_ms as created_at,
  d.geaendert_ms as updated_at
from ki.dokument d
where d.geloescht = 'N'
