-- Plain SQL over the rows of kontor.sql.
-- figure: users
select case (select bez from stamm.c_funktion f where f.funktion_cd = m.funktion_cd) when 'Administration' then 'admin' else 'user' end, gesperrt <> 'J', count(*) from stamm.mitarbeiter m group by 1, 2;
-- figure: registrations
select (angelegt_am at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from stamm.mitarbeiter group by 1;
-- figure: names
select count(*) from stamm.mitarbeiter;
-- figure: conversations
select (to_timestamp(beginn_ms / 1000) at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from ki.unterhaltung where geloescht <> 'J' group by 1;
-- figure: messages
select date_trunc('hour', to_timestamp(gesendet_ms / 1000) at time zone 'Europe/Berlin'), (array['user', 'assistant', 'system'])[rolle_cd], count(*)
from ki.nachricht where entwurf <> 'J' and unterh_nr not in (select unterh_nr from ki.unterhaltung where geloescht = 'J') group by 1, 2;
-- figure: people
select (to_timestamp(n.gesendet_ms / 1000) at time zone 'Europe/Berlin')::date, u.persnr::text, count(*) from ki.nachricht n natural join (select mandant, unterh_nr, persnr, geloescht from ki.unterhaltung) u
where u.geloescht = 'N' and n.entwurf = 'N' and n.rolle_cd in (select rolle_cd from ki.c_rolle where bez = 'Frage') group by 1, 2;
-- figure: depth
select unterh_nr::text, count(*), count(*) filter (where rolle_cd = 1) from ki.nachricht
where entwurf = 'N' and (mandant, unterh_nr) in (select mandant, unterh_nr from ki.unterhaltung where geloescht = 'N') group by 1;
-- figure: ratings
select (array[5, 4, 3, 2, 1])[note], coalesce(bemerkung, '') <> '', count(*) from ki.bewertung b
where unterh_nr in (select unterh_nr from ki.unterhaltung where geloescht = 'N') group by 1, 2;
-- figure: rated messages
select true, count(*), count(nullif(bemerkung, '')), count(distinct b.persnr) from ki.bewertung b join ki.unterhaltung u using (mandant, unterh_nr) where geloescht = 'N';
-- figure: answers
select false, count(*) from ki.nachricht join ki.unterhaltung using (mandant, unterh_nr) where rolle_cd = 2 and entwurf = 'N' and geloescht = 'N';
-- figure: documents
select case bez when 'indexiert' then 'done' when 'fehlgeschlagen' then 'failed' else 'processing' end, lower(split_part(dateiname, '.', 2)), count(*), sum(groesse),
  sum((select count(*) from ki.abschnitt a where a.dok_id = d.dok_id))
from ki.dokument d natural join ki.c_dokstatus where geloescht = 'N' group by 1, 2;
-- figure: failures
select dok_id::text, fehlertext from ki.dokument where dokstatus_cd = 'FEH' and geloescht = 'N';
-- figure: uploaders
select hochgeladen_von::text, count(*) from ki.dokument where geloescht = 'N' group by 1;
-- figure: tickets
select (array['open', 'in_progress', 'in_progress', 'resolved', 'closed'])[status_cd / 10], coalesce((array['low', 'medium', 'high', 'urgent'])[prio_cd], 'other'),
  coalesce((select bez from ki.wissensgebiet w where w.gebiet_cd = a.gebiet_cd), 'none'), count(*), count(erstantwort_ms), count(geloest_ms), count(geschlossen_ms)
from ki.anfrage a group by 1, 2, 3;
-- figure: ticket people
select melder::text, bearbeiter::text, count(*) from ki.anfrage group by 1, 2;
