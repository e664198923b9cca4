select
  b.ben_id as user_id,
  to_timestamp(b.angelegt) as created_at,
  case r.bez when 'Verwalter' then 'admin' else 'user' end as role,
  b.gesperrt = 'N' as is_active,
  b.vorname as first_name,
  b.nachname as last_name
from t_benutzer b
left join t_rolle r on r.rolle_id = b.rolle_id
