-- An invented database of Ardoise, a mutual insurer's help desk with a bot (hand-written SQL in French, t_ and r_ prefixes, composite keys, states as a history, a survey at the end of a conversation); its adapter, written by hand before the first run, is in the folder.
create table r_profil (code_profil char(3) primary key, libelle varchar(40) not null);
create table r_etat (code_etat char(3) primary key, libelle varchar(40) not null, ordre smallint not null);
create table r_priorite (id_priorite smallint primary key, libelle varchar(20) not null);
create table r_motif (id_motif smallint primary key, libelle varchar(60) not null, actif boolean not null default true);
create table r_canal (code_canal char(1) primary key, libelle varchar(30) not null);
create table t_adherent (
  num_adherent int primary key, civilite varchar(5), prenom varchar(60), nom varchar(60), courriel varchar(120), compte_bloque boolean not null default false, cree_le timestamp not null default localtimestamp, modifie_le timestamp, supprime_le timestamp);
create table t_conseiller (
  matricule char(5) primary key, prenom varchar(60) not null, nom varchar(60) not null, courriel varchar(120) not null unique, code_profil char(3) not null references r_profil (code_profil), actif boolean not null default true, cree_le timestamp not null default localtimestamp, modifie_le timestamp);
create table t_contrat (num_contrat varchar(12) primary key, num_adherent int not null references t_adherent (num_adherent), produit varchar(60) not null, date_effet date not null, date_fin date);
create table t_echange (
  id_echange int primary key, num_adherent int references t_adherent (num_adherent), code_canal char(1) not null references r_canal (code_canal), matricule char(5) references t_conseiller (matricule), debut timestamp not null default localtimestamp, fin timestamp, test boolean not null default false, supprime_le timestamp);
create index ix_echange_adherent on t_echange (num_adherent);
create table t_message (
  id_echange int not null references t_echange (id_echange), num_ordre smallint not null, sens char(1) not null check (sens in ('E', 'S', 'N')), matricule char(5) references t_conseiller (matricule), contenu text not null, brouillon boolean not null default false, moteur varchar(40), horodatage timestamp not null default localtimestamp,
  primary key (id_echange, num_ordre));
create table t_enquete (id_enquete int primary key, id_echange int not null unique references t_echange (id_echange), note smallint check (note between 0 and 10), verbatim varchar(1000), envoyee_le timestamp not null, repondue_le timestamp);
create table t_piece (
  id_piece int primary key, intitule varchar(200) not null, fichier varchar(200) not null, taille_octets bigint, matricule char(5) references t_conseiller (matricule), etape varchar(12) not null check (etape in ('a_traiter', 'en_cours', 'indexee', 'rejetee')), motif_rejet varchar(300), nb_extraits int not null default 0,
  cree_le timestamp not null default localtimestamp, modifie_le timestamp, supprime_le timestamp);
create table t_extrait (id_piece int not null references t_piece (id_piece), num_extrait int not null, contenu text not null, primary key (id_piece, num_extrait));
create table t_dossier (
  num_dossier varchar(14) primary key, num_adherent int not null references t_adherent (num_adherent), id_echange int references t_echange (id_echange), matricule char(5) references t_conseiller (matricule), id_motif smallint references r_motif (id_motif), id_priorite smallint not null references r_priorite (id_priorite), objet varchar(200) not null,
  premiere_reponse_le timestamp, echeance_le timestamp, cree_le timestamp not null default localtimestamp, modifie_le timestamp);
create table t_dossier_etat (num_dossier varchar(14) not null references t_dossier (num_dossier), code_etat char(3) not null references r_etat (code_etat), depuis timestamp not null, jusqua timestamp, matricule char(5) references t_conseiller (matricule), primary key (num_dossier, depuis));
create table t_absence (matricule char(5) not null references t_conseiller (matricule), du date not null, au date not null, primary key (matricule, du));
create table t_connexion (id_connexion bigserial primary key, matricule char(5) not null references t_conseiller (matricule), ouverte_le timestamp not null, fermee_le timestamp, adresse_ip inet);
create table t_reglage (cle varchar(60) primary key, valeur varchar(400), modifie_le timestamp);
create table t_journal (id_journal bigserial primary key, horodatage timestamp not null default localtimestamp, matricule char(5), operation varchar(40) not null, cible varchar(80), detail jsonb);
create table t_cle_api (id_cle int primary key, partenaire varchar(60) not null, empreinte varchar(64) not null, cree_le timestamp not null, revoquee_le timestamp);
create table t_version_schema (numero varchar(10) primary key, appliquee_le timestamp not null);

insert into r_profil values ('CON', 'Conseiller'), ('SUP', 'Superviseur'), ('ADM', 'Administrateur');
insert into r_etat values ('OUV', 'Ouvert', 1), ('COU', 'En cours', 2), ('ATT', 'En attente de pièces', 3), ('RES', 'Résolu', 4), ('CLO', 'Clos', 5);
insert into r_priorite values (1, 'Basse'), (2, 'Normale'), (3, 'Haute'), (4, 'Urgente');
insert into r_motif values (1, 'Remboursement', true), (2, 'Carte de tiers payant', true), (3, 'Cotisation', true), (4, 'Réclamation', true);
insert into r_canal values ('W', 'Site web'), ('T', 'Téléphone'), ('M', 'Application mobile');
insert into t_adherent select 700000 + n, case when n % 2 = 0 then 'Mme' else 'M.' end, case when n % 8 > 0 then (array['Jeanne', 'Louis', 'Manon', 'Rémi'])[1 + n % 4] end, case when n % 8 > 0 then (array['Petit', 'Moreau', 'Girard'])[1 + n % 3] end, case when n % 5 > 0 then 'a' || n || '@courriel.example' end, n % 13 = 0,
  timestamp '2026-03-18 19:30' - n * interval '20 hours', case when n % 3 > 0 then timestamp '2026-03-18 19:40' - n * interval '7 hours' end, case when n in (10, 37) then timestamp '2026-03-16' end from generate_series(1, 45) n;
insert into t_conseiller select 'M' || 1000 + n, (array['Sophie', 'Karim'])[1 + n % 2], 'Lambert ' || n, 'c' || n || '@ardoise.example', case when n in (2, 9) then 'ADM' when n % 5 = 0 then 'SUP' else 'CON' end, n % 6 > 0, timestamp '2026-02-01 08:00' + n * interval '45 hours', null from generate_series(1, 12) n;
insert into t_contrat select 'CT' || 90000 + n, 700001 + n % 45, (array['Santé', 'Dentaire', 'Prévoyance'])[1 + n % 3], date '2025-01-01' + n, null from generate_series(1, 60) n;
insert into t_echange select n, case when n % 7 > 0 then 700001 + n * 11 % 45 end, (array['W', 'T', 'M', 'W'])[1 + n % 4], case when n % 3 = 0 then 'M' || 1001 + n % 12 end, t, case when n > 2 then t + interval '22 minutes' end, n % 20 = 0, case when n % 17 = 0 then t + interval '1 day' end
  from generate_series(1, 90) n, lateral (select timestamp '2026-03-20 07:10' - n * interval '10 hours 55 minutes' as t) x;
insert into t_message select e.id_echange, j, s, case when s = 'N' or (s = 'S' and e.matricule is not null and j > 5) then e.matricule end, case s when 'E' then 'Où en est mon remboursement ?' when 'S' then 'Il sera versé demain.' else 'Vérifier le RIB.' end, e.matricule is not null and j = 10, case when s = 'S' and not (e.matricule is not null and j > 5) then 'mistral-small' end, e.debut + j * interval '70 seconds'
  from t_echange e, generate_series(1, 10) j, lateral (select case when e.matricule is not null and j = 5 then 'N' when j % 2 = 1 then 'E' else 'S' end as s) x where j <= 2 + e.id_echange % 9;
insert into t_enquete select row_number() over (order by id_echange), id_echange, case when id_echange % 4 > 0 then (id_echange * 7 % 11)::smallint end, case when id_echange % 4 > 0 and id_echange % 3 = 0 then 'rapide' end, fin + interval '2 minutes', case when id_echange % 4 > 0 then fin + interval '50 minutes' end from t_echange where fin is not null and id_echange % 9 > 0;
insert into t_piece select n, 'Notice ' || n, 'notice_' || n || (array['.pdf', '.docx', '.PDF'])[1 + n % 3], case when n % 10 > 0 then 22000 + n * 431 end, case when n % 7 > 0 then 'M' || 1001 + n % 12 end, s, case when s = 'rejetee' then (array['Fichier illisible', 'Doublon'])[1 + n / 5 % 2] end, case when s = 'indexee' then 2 + n % 7 else 0 end, t, t + interval '12 minutes', case when n % 12 = 0 then t + interval '3 days' end
  from generate_series(1, 40) n, lateral (select timestamp '2026-03-18 13:00' - n * interval '21 hours' as t, (array['indexee', 'indexee', 'rejetee', 'a_traiter', 'en_cours', 'indexee'])[1 + n % 6] as s) x;
insert into t_extrait select id_piece, i, 'texte' from t_piece, generate_series(1, 9) i where i <= nb_extraits;
insert into t_dossier select 'D2026-' || lpad(n::text, 5, '0'), 700001 + n * 7 % 45, case when n % 3 > 0 then n end, case when k > 1 then 'M' || 1001 + n % 12 end, case when n % 8 > 0 then 1 + n % 4 end, 1 + n * 3 % 4, 'Dossier ' || n, case when k > 1 then t + interval '3 hours' end, t + interval '4 days', t, t + interval '96 hours'
  from generate_series(1, 54) n, lateral (select timestamp '2026-03-15 09:45' - n * interval '15 hours' as t, case when n < 6 then 1 else 1 + n % 5 end as k) x;
-- the states that a dossier went through, the last one without an end
insert into t_dossier_etat select d.num_dossier, (array['OUV', 'COU', 'ATT', 'RES', 'CLO'])[i], d.cree_le + (i - 1) * interval '20 hours', case when i < k then d.cree_le + i * interval '20 hours' end, case when i > 1 then d.matricule end
  from t_dossier d, lateral (select right(d.num_dossier, 5)::int as n) y, lateral (select case when n < 6 then 1 else 1 + n % 5 end as k) z, generate_series(1, 5) i where i <= k;
insert into t_absence select 'M' || 1000 + n, date '2026-03-02', date '2026-03-06' from generate_series(1, 12) n;
insert into t_connexion (matricule, ouverte_le, fermee_le, adresse_ip) select 'M' || 1001 + n % 12, timestamp '2026-03-19 07:00' - n * interval '7 hours', timestamp '2026-03-19 15:00' - n * interval '7 hours', '192.0.2.9' from generate_series(1, 70) n;
insert into t_reglage select 'cle' || n, 'v', timestamp '2026-02-01' from generate_series(1, 9) n;
insert into t_journal (horodatage, matricule, operation, cible, detail) select timestamp '2026-03-19' - n * interval '6 hours', 'M' || 1001 + n % 12, (array['CREATION', 'MODIFICATION'])[1 + n % 2], 't_piece', '{}' from generate_series(1, 80) n;
insert into t_cle_api select n, 'partenaire' || n, md5('p' || n), timestamp '2026-02-01', null from generate_series(1, 4) n;
insert into t_version_schema select '4.' || n, timestamp '2025-11-01' + n * interval '8 days' from generate_series(1, 14) n;
