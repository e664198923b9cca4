-- An invented database of Wayfare, a travel company's concierge (JHipster: Spring, Hibernate, Liquibase); its adapter, written by hand before the first run, is in the folder.
create table databasechangelog (id varchar(255) not null, author varchar(255) not null, filename varchar(255) not null, dateexecuted timestamp not null, orderexecuted int not null, exectype varchar(10) not null, md5sum varchar(35), description varchar(255));
create table databasechangeloglock (id int primary key, locked boolean not null, lockgranted timestamp, lockedby varchar(255));
create sequence sequence_generator start with 10000 increment by 50;
create table jhi_authority (name varchar(50) primary key, created_by varchar(50) not null, created_date timestamp, last_modified_by varchar(50), last_modified_date timestamp);
create table jhi_user (
  id bigint primary key, login varchar(50) not null constraint ux_user_login unique, password_hash varchar(60), first_name varchar(50), last_name varchar(50), email varchar(191) constraint ux_user_email unique, image_url varchar(256), activated boolean not null, lang_key varchar(10),
  activation_key varchar(20), reset_key varchar(20), created_by varchar(50) not null, created_date timestamp, reset_date timestamp, last_modified_by varchar(50), last_modified_date timestamp);
create table jhi_user_authority (user_id bigint not null constraint fk_user_id references jhi_user (id), authority_name varchar(50) not null constraint fk_authority_name references jhi_authority (name), primary key (user_id, authority_name));
create table jhi_persistent_audit_event (event_id bigint primary key, principal varchar(50) not null, event_date timestamp, event_type varchar(255));
create table jhi_persistent_audit_evt_data (event_id bigint not null references jhi_persistent_audit_event (event_id), name varchar(150) not null, value varchar(255), primary key (event_id, name));
create table jhi_persistent_token (series varchar(20) primary key, user_id bigint references jhi_user (id), token_value varchar(20) not null, token_date date, ip_address varchar(39), user_agent varchar(255));
create table destination (id bigint primary key, version int not null default 0, name varchar(255) not null, country_code varchar(2) not null, created_date timestamp, last_modified_date timestamp);
create table trip (id bigint primary key, version int not null default 0, traveller_id bigint not null constraint fk_trip__traveller_id references jhi_user (id), destination_id bigint constraint fk_trip__destination_id references destination (id), departs_on date not null, returns_on date, price numeric(21, 2), booking_state varchar(255) not null, created_date timestamp, last_modified_date timestamp);
create table concierge_dialogue (
  id bigint primary key, version int not null default 0, traveller_id bigint constraint fk_concierge_dialogue__traveller_id references jhi_user (id), trip_id bigint constraint fk_concierge_dialogue__trip_id references trip (id), caption varchar(255), spoken boolean not null default false, deleted boolean not null default false,
  created_by varchar(50), created_date timestamp not null, last_modified_by varchar(50), last_modified_date timestamp);
create table dialogue_line (
  id bigint primary key, dialogue_id bigint not null constraint fk_dialogue_line__dialogue_id references concierge_dialogue (id), line_origin varchar(255) not null, line_text text not null, engine varchar(100), token_count int, created_date timestamp not null);
create index idx_dialogue_line_dialogue on dialogue_line (dialogue_id);
create table line_appraisal (id bigint primary key, version int not null default 0, line_id bigint not null constraint fk_line_appraisal__line_id references dialogue_line (id), appraiser_id bigint constraint fk_line_appraisal__appraiser_id references jhi_user (id), grade int not null, explanation varchar(1000), created_date timestamp not null, last_modified_date timestamp);
create table travel_guide (
  id bigint primary key, version int not null default 0, publisher_id bigint constraint fk_travel_guide__publisher_id references jhi_user (id), name varchar(255) not null, data_content_type varchar(255) not null, data_length bigint not null, ingest_status varchar(255) not null, ingest_problem varchar(500),
  deleted boolean not null default false, created_by varchar(50), created_date timestamp not null, last_modified_by varchar(50), last_modified_date timestamp);
create table guide_excerpt (id bigint primary key, guide_id bigint not null constraint fk_guide_excerpt__guide_id references travel_guide (id), ordinal int not null, text text not null);
create table feature_switch (id bigint primary key, code varchar(100) not null unique, enabled boolean not null);
create table partner_api_key (id bigint primary key, partner varchar(255) not null, key_hash varchar(64) not null, created_date timestamp not null, revoked boolean not null);
create table invoice (id bigint primary key, trip_id bigint not null references trip (id), amount numeric(21, 2) not null, status varchar(255) not null, created_date timestamp not null);

insert into databasechangelog select '2025110' || n || '000000', 'jhipster', 'config/liquibase/changelog/' || n || '.xml', timestamp '2025-11-01' + n * interval '3 days', n, 'EXECUTED', '9:' || n, 'createTable' from generate_series(1, 9) n;
insert into databasechangeloglock values (1, false, null, null);
insert into jhi_authority values ('ROLE_ADMIN', 'system', '2025-11-01', 'system', '2025-11-01'), ('ROLE_USER', 'system', '2025-11-01', 'system', '2025-11-01'), ('ROLE_EDITOR', 'system', '2025-11-01', 'system', '2025-11-01');
insert into jhi_user select n, 'traveller' || n, '$2a$10$', case when n % 8 > 0 then (array['Iris', 'Otto', 'Vera', 'Max'])[1 + n % 4] end, case when n % 8 > 0 then (array['Blom', 'Dietz', 'Engel'])[1 + n % 3] end, 't' || n || '@example.org', null, n % 9 > 0, 'en', null, null, 'system',
  timestamp '2026-03-19 05:30' - n * interval '20 hours 10 minutes', null, 'system', timestamp '2026-03-19 06:00' - n * interval '4 hours' from generate_series(1, 48) n;
insert into jhi_user_authority select n, 'ROLE_USER' from generate_series(1, 48) n union all select n, 'ROLE_ADMIN' from unnest(array[1, 2, 9]) n union all select n, 'ROLE_EDITOR' from unnest(array[2, 3, 4, 5, 6]) n;
insert into jhi_persistent_audit_event select n, 'traveller' || 1 + n % 48, timestamp '2026-03-19' - n * interval '6 hours', (array['AUTHENTICATION_SUCCESS', 'AUTHENTICATION_FAILURE'])[1 + (n % 7 = 0)::int] from generate_series(1, 90) n;
insert into jhi_persistent_audit_evt_data select n, 'remoteAddress', '192.0.2.4' from generate_series(1, 90) n;
insert into jhi_persistent_token select 's' || n, 1 + n % 48, 't' || n, date '2026-03-10', '192.0.2.4', 'Mozilla/5.0' from generate_series(1, 30) n;
insert into destination select n, 0, (array['Lisbon', 'Kyoto', 'Bergen', 'Oaxaca', 'Split'])[n], (array['PT', 'JP', 'NO', 'MX', 'HR'])[n], timestamp '2026-01-10', timestamp '2026-01-10' from generate_series(1, 5) n;
insert into trip select n, 0, 1 + n % 48, 1 + n % 5, date '2026-04-01' + n, date '2026-04-10' + n, 500 + n, (array['REQUESTED', 'BOOKED', 'CANCELLED'])[1 + n % 3], timestamp '2026-03-15' - n * interval '11 hours', timestamp '2026-03-16' from generate_series(1, 70) n;
insert into concierge_dialogue select n, n % 3, case when n % 9 > 0 then 1 + n * 11 % 46 end, case when n % 4 = 0 then 1 + n % 70 end, case when n % 3 > 0 then 'Trip to Lisbon' end, n % 8 = 0, n % 13 = 0, 'system', t, 'system', t + interval '30 minutes'
  from generate_series(1, 85) n, lateral (select timestamp '2026-03-20 08:40' - n * interval '11 hours 50 minutes' as t) x;
insert into dialogue_line select n * 100 + j, n, case when j = 0 and n % 5 = 0 then 'NOTICE' when (j + (n % 5 = 0)::int) % 2 = 0 then 'TRAVELLER' else 'CONCIERGE' end, (array['Is breakfast included?', 'Yes, until 10.'])[1 + j % 2], case when (j + (n % 5 = 0)::int) % 2 = 1 then 'gemini-2.5-flash' end, 50 + j,
  timestamp '2026-03-20 08:40' - n * interval '11 hours 50 minutes' + j * interval '65 seconds' from generate_series(1, 85) n, generate_series(0, 9) j where j < 3 + n % 7;
insert into line_appraisal select row_number() over (order by l.id), 0, l.id, d.traveller_id, 1 + (l.id * 3 % 5)::int, case when l.id % 4 = 0 then 'spot on' when l.id % 4 = 1 then '' end, l.created_date + interval '3 minutes', l.created_date + interval '3 minutes'
  from dialogue_line l join concierge_dialogue d on d.id = l.dialogue_id where l.line_origin = 'CONCIERGE' and (l.id / 100 + l.id) % 7 > 2;
insert into travel_guide select n, 0, case when n % 7 > 0 then 2 + n % 5 end, 'Guide ' || n, (array['application/pdf', 'text/html', 'text/markdown'])[1 + n % 3], 12000 + n * 555, s, case when s = 'REJECTED' then (array['Broken cross-reference table', 'Empty page'])[1 + n / 5 % 2] end, n % 12 = 0, 'editor', t, 'editor', t + interval '10 minutes'
  from generate_series(1, 37) n, lateral (select timestamp '2026-03-17 14:00' - n * interval '22 hours' as t, (array['READY', 'READY', 'REJECTED', 'INGESTING', 'READY'])[1 + n % 5] as s) x;
insert into guide_excerpt select g.id * 100 + i, g.id, i, 'text' from travel_guide g, generate_series(1, 9) i where ingest_status = 'READY' and i <= 2 + g.id % 7;
insert into feature_switch select n, 'SWITCH_' || n, n % 2 = 0 from generate_series(1, 5) n;
insert into partner_api_key select n, 'partner' || n, md5('p' || n), timestamp '2026-02-01', false from generate_series(1, 4) n;
insert into invoice select n, n, 500 + n, (array['PAID', 'OPEN'])[1 + n % 2], timestamp '2026-03-01' from generate_series(1, 40) n;
