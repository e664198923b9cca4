select
  m.persnr as user_id,
  m.angelegt_am as created_at,
  m.geaendert_am as updated_at,
  case when m.funktion_cd = 9 then 'admin' else 'user' end as role,
  m.gesperrt = 'N' as is_active,
  m.vorname as first_name,
  m.nachname as last_name
from stamm.mitarbeiter m
