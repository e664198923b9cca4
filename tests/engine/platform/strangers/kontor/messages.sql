select
  n.mandant || '-' || n.unterh_nr || '-' || n.lfd_nr as message_id,
  n.unterh_nr as conversation_id,
  case n.rolle_cd when 1 then 'user' when 2 then 'assistant' when 3 then 'system' end as role,
  n.gesendet_ms as created_at
from ki.nachricht n
join ki.unterhaltung u on u.mandant = n.mandant and u.unterh_nr = n.unterh_nr
where u.geloescht = 'N' and n.entwurf = 'N'
