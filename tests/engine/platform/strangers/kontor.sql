-- An invented database of Kontor, a bank's internal RAG chat with requests to the departments (hand-written SQL in German, two schemas, code tables, J/N flags, milliseconds); its adapter, written by hand before the first run, is in the folder.
create schema stamm;
create schema ki;
create table stamm.abteilung (abt_nr smallint primary key, bez varchar(60) not null, kostenstelle char(6));
create table stamm.c_funktion (funktion_cd smallint primary key, bez varchar(40) not null);
create table stamm.mitarbeiter (
  persnr char(7) primary key, nachname varchar(60) not null, vorname varchar(60) not null, email varchar(120) not null unique, abt_nr smallint not null references stamm.abteilung (abt_nr),
  funktion_cd smallint not null references stamm.c_funktion (funktion_cd), gesperrt char(1) not null default 'N' check (gesperrt in ('J', 'N')), ausgetreten_am date,
  angelegt_am timestamp not null default current_timestamp, geaendert_am timestamp);
create table stamm.vertretung (persnr char(7) not null references stamm.mitarbeiter (persnr), vertreter char(7) not null references stamm.mitarbeiter (persnr), von date not null, bis date not null, primary key (persnr, vertreter, von));
create table stamm.anmeldung (anmeldung_id bigint generated always as identity primary key, persnr char(7) not null references stamm.mitarbeiter (persnr), rechner varchar(40), beginn timestamp not null, ende timestamp);

create table ki.c_rolle (rolle_cd smallint primary key, bez varchar(30) not null);
create table ki.c_dokstatus (dokstatus_cd char(3) primary key, bez varchar(40) not null);
create table ki.c_anfragestatus (status_cd smallint primary key, bez varchar(40) not null);
create table ki.c_prio (prio_cd smallint primary key, bez varchar(20) not null);
create table ki.c_note (note smallint primary key, bez varchar(20) not null);
create table ki.modell (modell_id smallint primary key, bez varchar(60) not null, aktiv char(1) not null default 'J');
create table ki.wissensgebiet (gebiet_cd char(4) primary key, bez varchar(60) not null, abt_nr smallint references stamm.abteilung (abt_nr));
create table ki.unterhaltung (
  mandant smallint not null, unterh_nr bigint not null, persnr char(7) references stamm.mitarbeiter (persnr), gebiet_cd char(4) references ki.wissensgebiet (gebiet_cd), betreff varchar(200),
  beginn_ms bigint not null, letzte_ms bigint, geloescht char(1) not null default 'N' check (geloescht in ('J', 'N')), primary key (mandant, unterh_nr));
create sequence ki.seq_unterhaltung;
create table ki.nachricht (
  mandant smallint not null, unterh_nr bigint not null, lfd_nr smallint not null, rolle_cd smallint not null references ki.c_rolle (rolle_cd), inhalt text, entwurf char(1) not null default 'N' check (entwurf in ('J', 'N')),
  modell_id smallint references ki.modell (modell_id), token_ein int, token_aus int, gesendet_ms bigint not null, primary key (mandant, unterh_nr, lfd_nr),
  foreign key (mandant, unterh_nr) references ki.unterhaltung (mandant, unterh_nr) on delete cascade);
create table ki.bewertung (
  bewertung_id bigint generated always as identity primary key, mandant smallint not null, unterh_nr bigint not null, lfd_nr smallint not null, persnr char(7) not null references stamm.mitarbeiter (persnr),
  note smallint not null references ki.c_note (note), bemerkung varchar(500), abgegeben_ms bigint not null, unique (mandant, unterh_nr, lfd_nr, persnr),
  foreign key (mandant, unterh_nr, lfd_nr) references ki.nachricht (mandant, unterh_nr, lfd_nr) on delete cascade);
create table ki.dokument (
  dok_id uuid primary key, gebiet_cd char(4) not null references ki.wissensgebiet (gebiet_cd), titel varchar(200) not null, dateiname varchar(200) not null, groesse bigint, dokstatus_cd char(3) not null references ki.c_dokstatus (dokstatus_cd),
  fehlertext varchar(400), hochgeladen_von char(7) references stamm.mitarbeiter (persnr), hochgeladen_ms bigint not null, geaendert_ms bigint, geloescht char(1) not null default 'N' check (geloescht in ('J', 'N')));
create table ki.abschnitt (dok_id uuid not null references ki.dokument (dok_id) on delete cascade, abschnitt_nr int not null, inhalt text not null, primary key (dok_id, abschnitt_nr));
create table ki.fundstelle (mandant smallint not null, unterh_nr bigint not null, lfd_nr smallint not null, dok_id uuid not null, abschnitt_nr int not null, rang smallint not null, primary key (mandant, unterh_nr, lfd_nr, rang),
  foreign key (mandant, unterh_nr, lfd_nr) references ki.nachricht (mandant, unterh_nr, lfd_nr) on delete cascade, foreign key (dok_id, abschnitt_nr) references ki.abschnitt (dok_id, abschnitt_nr));
create table ki.anfrage (
  anfrage_nr bigint primary key, mandant smallint, unterh_nr bigint, melder char(7) not null references stamm.mitarbeiter (persnr), bearbeiter char(7) references stamm.mitarbeiter (persnr), gebiet_cd char(4) references ki.wissensgebiet (gebiet_cd),
  status_cd smallint not null references ki.c_anfragestatus (status_cd), prio_cd smallint references ki.c_prio (prio_cd), betreff varchar(200) not null, eroeffnet_ms bigint not null, erstantwort_ms bigint, geloest_ms bigint, geschlossen_ms bigint, frist_ms bigint,
  geaendert_ms bigint, foreign key (mandant, unterh_nr) references ki.unterhaltung (mandant, unterh_nr));
create table ki.parameter (schluessel varchar(60) primary key, wert varchar(400), geaendert_am timestamp);
create table ki.protokoll (protokoll_id bigint generated always as identity primary key, zeit timestamp not null default current_timestamp, persnr char(7), vorgang varchar(60) not null, objekt varchar(100), daten jsonb);
create table ki.schnittstellenschluessel (schluessel_id int primary key, bez varchar(60) not null, pruefsumme char(64) not null, gueltig_bis date);
create table ki.version (versionsnr varchar(20) primary key, eingespielt_am timestamp not null default current_timestamp);

create function ms(t timestamptz) returns bigint language sql immutable as $$ select (extract(epoch from t) * 1000)::bigint $$;
insert into stamm.abteilung select n, (array['Privatkunden', 'Firmenkunden', 'Kredit', 'Recht', 'Informatik'])[n], 'KS' || 1000 + n from generate_series(1, 5) n;
insert into stamm.c_funktion values (1, 'Sachbearbeitung'), (2, 'Teamleitung'), (3, 'Revision'), (9, 'Administration');
insert into stamm.mitarbeiter select 'P' || 100000 + n, (array['Schmidt', 'Weber', 'Vogel', 'Krause', 'Lang'])[1 + n % 5], (array['Anna', 'Jens', 'Ute', 'Max'])[1 + n % 4], 'p' || n || '@kontor.example', 1 + n % 5,
  case when n in (4, 21) then 9 when n % 7 = 0 then 2 when n % 11 = 0 then 3 else 1 end, case when n % 10 = 0 then 'J' else 'N' end, case when n % 10 = 0 then date '2026-03-01' end,
  timestamp '2026-03-17 07:00' - n * interval '25 hours', case when n % 3 > 0 then timestamp '2026-03-18' end from generate_series(1, 42) n;
insert into stamm.vertretung select 'P' || 100000 + n, 'P' || 100001 + n, date '2026-03-01', date '2026-03-14' from generate_series(1, 10) n;
insert into stamm.anmeldung (persnr, rechner, beginn, ende) select 'P' || 100001 + n % 42, 'PC' || n, timestamp '2026-03-19 07:00' - n * interval '4 hours', case when n % 5 > 0 then timestamp '2026-03-19 15:00' - n * interval '4 hours' end from generate_series(1, 80) n;
insert into ki.c_rolle values (1, 'Frage'), (2, 'Antwort'), (3, 'Systemhinweis');
insert into ki.c_dokstatus values ('NEU', 'hochgeladen'), ('VER', 'in Verarbeitung'), ('IND', 'indexiert'), ('FEH', 'fehlgeschlagen');
insert into ki.c_anfragestatus values (10, 'offen'), (20, 'in Bearbeitung'), (30, 'wartet auf Melder'), (40, 'gelöst'), (50, 'geschlossen');
insert into ki.c_prio values (1, 'niedrig'), (2, 'normal'), (3, 'hoch'), (4, 'dringend');
insert into ki.c_note values (1, 'sehr gut'), (2, 'gut'), (3, 'befriedigend'), (4, 'ausreichend'), (5, 'mangelhaft');
insert into ki.modell values (1, 'mistral-large', 'J'), (2, 'llama-3.3-70b', 'J'), (3, 'llama-2-70b', 'N');
insert into ki.wissensgebiet values ('KRED', 'Kreditrichtlinien', 3), ('COMP', 'Compliance', 4), ('IT', 'Informatik', 5), ('PROD', 'Produkte', 1);
insert into ki.unterhaltung select 1 + n % 2, nextval('ki.seq_unterhaltung'), 'P' || 100001 + n * 11 % 42, (array['KRED', 'COMP', 'IT', 'PROD'])[1 + n % 4], case when n % 3 > 0 then 'Frage zu Vorgang ' || n end,
  ms(timestamptz '2026-03-20 07:40+00' - n * interval '10 hours'), ms(timestamptz '2026-03-20 08:00+00' - n * interval '10 hours'), case when n % 13 = 0 then 'J' else 'N' end from generate_series(1, 96) n;
insert into ki.nachricht select u.mandant, u.unterh_nr, j, case when j = 1 and u.unterh_nr % 4 = 0 then 3 when (j + case when u.unterh_nr % 4 = 0 then 0 else 1 end) % 2 = 0 then 1 else 2 end,
  case when j % 2 = 1 then 'Wie hoch ist die Beleihungsgrenze?' else 'Sie beträgt 60 %.' end, case when (u.unterh_nr + j) % 23 = 0 then 'J' else 'N' end, 1 + j % 2, 200, 90, u.beginn_ms + (j - 1) * 47000
  from ki.unterhaltung u, generate_series(1, 8) j where j <= 2 + u.unterh_nr % 7;
insert into ki.bewertung (mandant, unterh_nr, lfd_nr, persnr, note, bemerkung, abgegeben_ms)
  select n.mandant, n.unterh_nr, n.lfd_nr, u.persnr, 1 + (n.unterh_nr * 3 + n.lfd_nr) % 5, case (n.unterh_nr + n.lfd_nr) % 4 when 0 then 'stimmt nicht' when 1 then '' end, n.gesendet_ms + 120000
  from ki.nachricht n join ki.unterhaltung u using (mandant, unterh_nr) where n.rolle_cd = 2 and n.entwurf = 'N' and (n.unterh_nr + n.lfd_nr) % 3 > 0;
insert into ki.dokument select md5('dok' || n)::uuid, (array['KRED', 'COMP', 'IT', 'PROD'])[1 + n % 4], 'Richtlinie ' || n, 'richtlinie_' || n || (array['.pdf', '.docx', '.xlsx', '.PDF'])[1 + n % 4], case when n % 8 > 0 then 40000 + n * 1234 end,
  s, case when s = 'FEH' then (array['Datei ist verschlüsselt', 'Keine Textebene'])[1 + n / 4 % 2] end, case when n % 6 > 0 then 'P' || 100001 + n % 42 end, t, t + 600000, case when n % 14 = 0 then 'J' else 'N' end
  from generate_series(1, 45) n, lateral (select ms(timestamptz '2026-03-19 12:00+00' - n * interval '19 hours') as t, (array['IND', 'IND', 'FEH', 'IND', 'VER', 'IND', 'NEU'])[1 + n % 7] as s) x;
insert into ki.abschnitt select dok_id, i, 'Abschnitt ' || i from ki.dokument, generate_series(1, 9) i where dokstatus_cd = 'IND' and i <= 2 + length(titel) % 3 + groesse % 5;
insert into ki.fundstelle select n.mandant, n.unterh_nr, n.lfd_nr, a.dok_id, a.abschnitt_nr, 1 from ki.nachricht n, lateral (select dok_id, abschnitt_nr from ki.abschnitt order by md5(dok_id::text || n.unterh_nr || abschnitt_nr) limit 1) a where n.rolle_cd = 2;
insert into ki.anfrage select 5000 + n, case when n % 3 > 0 then 1 + n % 2 end, case when n % 3 > 0 then n end, 'P' || 100001 + n * 5 % 42, case when s > 10 then 'P' || 100001 + n % 8 end, case when n % 7 > 0 then (array['KRED', 'COMP', 'IT', 'PROD'])[1 + n % 4] end,
  s, case when n % 8 > 0 then 1 + n % 4 end, 'Anfrage ' || n, t, case when s > 10 then t + 5400000 end, case when s >= 40 then t + 160000000 end, case when s = 50 then t + 260000000 end, t + 432000000, t + 300000000
  from generate_series(1, 58) n, lateral (select ms(timestamptz '2026-03-15 09:00+00' - n * interval '14 hours') as t, case when n < 7 then 10 else 10 * (1 + n % 5) end as s) x;
insert into ki.parameter select 'param.' || n, 'wert', timestamp '2026-02-01' from generate_series(1, 12) n;
insert into ki.protokoll (zeit, persnr, vorgang, objekt, daten) select timestamp '2026-03-19' - n * interval '5 hours', 'P' || 100001 + n % 42, (array['DOK_HOCHGELADEN', 'ANMELDUNG', 'PARAM_GEAENDERT'])[1 + n % 3], 'o' || n, '{}' from generate_series(1, 100) n;
insert into ki.schnittstellenschluessel select n, 'Intranet ' || n, md5('a' || n) || md5('b' || n), date '2026-12-31' from generate_series(1, 4) n;
insert into ki.version select '3.' || n, timestamp '2025-11-01' + n * interval '9 days' from generate_series(1, 15) n;
