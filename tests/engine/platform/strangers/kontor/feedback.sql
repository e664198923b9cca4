-- School marks: 1 is the best.
select
  b.bewertung_id as feedback_id,
  b.mandant || '-' || b.unterh_nr || '-' || b.lfd_nr as message_id,
  b.persnr as user_id,
  6 - b.note as rating,
  b.bemerkung as comment,
  b.abgegeben_ms as created_at
from ki.bewertung b
join ki.unterhaltung u on u.mandant = b.mandant and u.unterh_nr = b.unterh_nr
join ki.nachricht n on n.mandant = b.mandant and n.unterh_nr = b.unterh_nr and n.lfd_nr = b.lfd_nr
where u.geloescht = 'N' and n.entwurf = 'N'
