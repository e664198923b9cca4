-- An invented database of a German haulier's control-room agent (hand-written, grown over years); its adapter, written by hand before the first run, is in the folder.
create table t_version (stand int not null, eingespielt bigint not null);
create table t_rolle (rolle_id smallint primary key, bez varchar(40) not null);
create table t_kanal (kanal_id smallint primary key, bez varchar(40) not null);
create table t_beitragsart (art_id smallint primary key, bez varchar(40) not null);
create table t_status (status_id smallint primary key, bez varchar(40) not null);
create table t_prio (prio_id smallint primary key, bez varchar(40) not null);
create table t_zustand (zustand_id smallint primary key, bez varchar(40) not null);
create table t_benutzer (ben_id int primary key, login varchar(40) not null, kennwort varchar(80) not null, vorname varchar(60), nachname varchar(60), rolle_id smallint not null, gesperrt char(1) not null default 'N', angelegt bigint not null);
create table t_fahrzeug (fzg_id int primary key, kennzeichen varchar(12) not null, tonnen numeric(5, 1));
create table t_tour (tour_id int primary key, fzg_id int not null, ben_id int, abfahrt bigint, ankunft bigint);
create table t_dialog (dlg_id int primary key, ben_id int, tour_id int, kanal_id smallint not null, betreff varchar(120), beginn bigint not null, ende bigint, geloescht char(1) not null default 'N');
create table t_beitrag (btr_id int primary key, dlg_id int not null, art_id smallint not null, text text, zeit bigint not null, entwurf char(1) not null default 'N');
create index t_beitrag_dlg on t_beitrag (dlg_id, zeit);
create table t_bewertung (bew_id int primary key, btr_id int not null, ben_id int, sterne smallint, bemerkung text, zeit bigint not null);
create table t_stoerung (stg_id int primary key, dlg_id int, melder_id int, bearbeiter_id int, art varchar(40), status_id smallint not null, prio_id smallint, eroeffnet bigint not null, erledigt bigint, geschlossen bigint, geaendert bigint);
create table t_dokument (dok_id int primary key, ben_id int, dateiname varchar(200) not null, groesse int, zustand_id smallint not null, abschnitte int not null default 0, fehlertext varchar(400), hochgeladen bigint not null);
create table t_sitzung (sid char(32) primary key, ben_id int not null, ip varchar(45), letzte bigint not null);
create table t_parameter (name varchar(60) primary key, wert varchar(400));
create table t_protokoll (prot_id bigint primary key, ben_id int, aktion varchar(60) not null, zeit bigint not null);
create table t_rechnung (rg_id int primary key, betrag numeric(10, 2) not null, bezahlt char(1) not null default 'N', zeit bigint not null);
insert into t_version values (41, 1769900000), (42, 1770500000);
insert into t_rolle values (1, 'Disponent'), (2, 'Fahrer'), (3, 'Verwalter');
insert into t_kanal values (1, 'Web'), (2, 'Telefon'), (3, 'Bordrechner');
insert into t_beitragsart values (1, 'Anwender'), (2, 'Assistent'), (3, 'System');
insert into t_status values (10, 'offen'), (20, 'in Bearbeitung'), (30, 'erledigt'), (40, 'geschlossen');
insert into t_prio values (1, 'niedrig'), (2, 'mittel'), (3, 'hoch'), (4, 'dringend');
insert into t_zustand values (0, 'in Arbeit'), (1, 'indiziert'), (9, 'Fehler');
create function epo(t text) returns bigint language sql immutable as $$ select extract(epoch from t::timestamptz)::bigint $$;
insert into t_benutzer select n, 'ben' || n, md5(n::text), case when n % 8 > 0 then 'Vor' || n end, 'Nach' || n, (array[1, 2, 2, 1, 2, 3])[1 + n % 6], case when n % 10 = 0 then 'J' else 'N' end, epo('2026-02-01 06:00+00') + n * 14400 from generate_series(1, 36) n;
insert into t_fahrzeug select n, 'B-WL ' || 100 + n, 7.5 + n from generate_series(1, 20) n;
insert into t_tour select n, 1 + n % 20, 1 + n % 36, epo('2026-02-05 04:00+00') + n * 50000, epo('2026-02-05 14:00+00') + n * 50000 from generate_series(1, 60) n;
insert into t_dialog select 1000 + n, case when n % 13 > 0 then 1 + n * 11 % 36 end, case when n % 3 = 0 then 1 + n % 60 end, (array[1, 1, 3, 2])[1 + n % 4], 'Betreff ' || n, epo('2026-02-03 05:00+00') + n * 51000, epo('2026-02-03 05:40+00') + n * 51000,
  case when n % 14 = 0 then 'J' else 'N' end from generate_series(1, 76) n;
insert into t_beitrag select d * 20 + k, 1000 + d, (array[1, 2])[1 + k % 2], case k % 2 when 0 then 'Wo steht der Wagen ' || d || '?' else 'Er steht am Rasthof.' end, epo('2026-02-03 05:00+00') + d * 51000 + k * 75, case when k = 6 then 'J' else 'N' end
  from generate_series(1, 76) d, generate_series(0, 3 + d % 5) k;
insert into t_beitrag select d * 20 + 15, 1000 + d, 3, 'Verbindung getrennt', epo('2026-02-03 05:30+00') + d * 51000, 'N' from generate_series(2, 76, 3) d;
insert into t_bewertung select n, b.btr_id, d.ben_id, 1 + n * 2 % 5, case when n % 4 = 0 then 'hilfreich' end, b.zeit + 120
  from (select btr_id, dlg_id, zeit, row_number() over (order by btr_id)::int as n from t_beitrag where art_id = 2 and btr_id % 20 = 3) b join t_dialog d on d.dlg_id = b.dlg_id;
insert into t_stoerung select n, 1000 + n * 2, case when n * 2 % 13 > 0 then 1 + n * 2 * 11 % 36 end, case when n % 4 > 0 then 6 + n * 6 % 30 end, (array['Panne', 'Stau', null, 'Unfall'])[1 + n % 4], (array[10, 20, 30, 40])[1 + n % 4],
  case when n % 5 > 0 then 1 + n / 4 % 4 end, t, case when n % 4 in (2, 3) then t + 9000 end, case when n % 4 = 3 then t + 20000 end, t + 21000 from generate_series(1, 36) n, lateral (select epo('2026-02-03 05:10+00') + n * 2 * 51000) s (t) where n % 7 > 0;
insert into t_dokument select n, case when n % 5 > 0 then 1 + n % 36 end, 'anweisung' || n || (array['.pdf', '.xls', '.txt'])[1 + n % 3], 1000 * n, (array[1, 1, 9, 1, 0])[1 + n % 5], case when n % 5 in (0, 1, 3) then 2 + n % 6 else 0 end,
  case when n % 5 = 2 then 'Datei nicht lesbar' end, epo('2026-02-04 09:00+00') + n * 83000 from generate_series(1, 40) n;
insert into t_sitzung select md5('s' || n), 1 + n % 36, '10.0.0.' || n, epo('2026-03-20 08:00+00') - n * 1000 from generate_series(1, 50) n;
insert into t_parameter select 'param' || n, n::text from generate_series(1, 12) n;
insert into t_protokoll select n, 1 + n % 36, 'anmelden', epo('2026-03-20 08:00+00') - n * 9000 from generate_series(1, 200) n;
insert into t_rechnung select n, 120 + n, 'J', epo('2026-03-01 08:00+00') from generate_series(1, 10) n;
