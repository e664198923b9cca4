-- An invented database of an advisory chat for growers (hand-written, turns in JSON, times in milliseconds); its adapter, written by hand before the first run, is in the folder.
create table schema_version (version int primary key, applied_ms bigint not null);
create table region (code varchar(8) primary key, label varchar(80) not null);
create table grower (grower_no int primary key, msisdn varchar(20) not null unique, called varchar(80), region_code varchar(8), blocked boolean not null default false, joined_ms bigint not null, touched_ms bigint);
create table adviser (adviser_no int primary key, login varchar(40) not null unique, pass_hash varchar(80) not null, called varchar(80) not null, is_admin boolean not null default false, gone boolean not null default false, joined_ms bigint not null);
create table crop (crop_no int primary key, label varchar(80) not null, season varchar(20));
create table plot (plot_no int primary key, grower_no int not null, crop_no int, hectares numeric(7, 2), position jsonb);
create table consultation (consultation_no int primary key, grower_no int, crop_no int, opened_ms bigint not null, last_ms bigint, binned boolean not null default false, turns jsonb not null default '[]');
create table callback (callback_no int primary key, consultation_no int not null, grower_no int, adviser_no int, about varchar(40), progress varchar(20) not null, urgency varchar(10), asked_ms bigint not null, reached_ms bigint, settled_ms bigint, touched_ms bigint);
create table leaflet (leaflet_no int primary key, adviser_no int, file_name varchar(160) not null, bytes int, vector_state varchar(12) not null, vector_fault text, pieces jsonb not null default '[]', added_ms bigint not null);
create table weather_cache (region_code varchar(8) not null, day date not null, payload jsonb not null, primary key (region_code, day));
create table sms_outbox (sms_no bigint primary key, msisdn varchar(20) not null, body text not null, state varchar(10) not null, queued_ms bigint not null);
create table web_session (sid varchar(64) primary key, adviser_no int not null, expires_ms bigint not null);
create table access_key (key_no int primary key, owner varchar(40) not null, digest varchar(64) not null, made_ms bigint not null);
create table setting (name varchar(60) primary key, value jsonb not null);
create table instruction_text (name varchar(60) not null, revision int not null, body text not null, primary key (name, revision));
create table trace_log (trace_no bigint primary key, who varchar(40), what varchar(60) not null, data jsonb, at_ms bigint not null);
create table invoice (invoice_no int primary key, region_code varchar(8) not null, total numeric(10, 2) not null, made_ms bigint not null);
create function ms(t text) returns bigint language sql immutable as $$ select extract(epoch from t::timestamptz)::bigint * 1000 $$;
insert into schema_version select n, ms('2026-02-01') + n from generate_series(1, 8) n;
insert into region select 'R' || n, 'Region ' || n from generate_series(1, 5) n;
insert into grower select 100 + n, '+2547000' || 1000 + n, case when n % 5 > 0 then 'Grower ' || n end, 'R' || 1 + n % 5, n % 16 = 0, ms('2026-02-01 05:00+00') + n * 14400000, case when n % 3 > 0 then ms('2026-03-05 05:00+00') + n * 3600000 end from generate_series(1, 48) n;
insert into adviser select n, 'adv' || n, md5(n::text), 'Adviser ' || n, n = 2, n = 6, ms('2026-02-01 04:00+00') + n * 60000 from generate_series(1, 7) n;
insert into crop select n, 'Crop ' || n, 'long rains' from generate_series(1, 10) n;
insert into plot select n, 101 + n % 48, 1 + n % 10, 0.5 + n, '{"lat": -1.2}' from generate_series(1, 60) n;
insert into consultation select 5000 + c, case when c % 14 > 0 then 101 + c * 5 % 48 end, case when c % 4 > 0 then 1 + c % 10 end, o, o + 600000, c % 16 = 0, (
    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('from', case when k % 2 = 0 then 'grower' when c % 5 = 0 and k >= 3 then 'adviser' else 'assistant' end, 'at', o + k * 95000, 'text', case when k % 2 = 0 then 'Spots on the leaves' else 'It may be rust' end,
      'adviser', case when k % 2 = 1 and c % 5 = 0 and k >= 3 then 1 + c % 7 end, 'mark', case when k % 2 = 1 and (c + k) % 3 = 0 then case when c % 4 = 0 then 'bad' else 'good' end end, 'mark_text', case when k % 2 = 1 and (c + k) % 6 = 0 then 'Thank you' end)) order by k)
    from generate_series(0, 3 + c % 4) k)
  from generate_series(1, 90) c, lateral (select ms('2026-02-08 03:30+00') + c * 38000000::bigint) s (o);
insert into callback select n, 5000 + n * 5, case when n * 5 % 14 > 0 then 101 + n * 25 % 48 end, case when n % 4 > 0 then 1 + n % 7 end, (array['pests', 'soil', 'water'])[1 + n % 3], (array['open', 'in_progress', 'resolved', 'closed'])[1 + n % 4], (array['low', 'medium', 'high'])[1 + n / 4 % 3], t,
  case when n % 4 > 0 then t + 5400000 end, case when n % 4 > 1 then t + 9000000 end, t + 9900000 from generate_series(1, 18) n, lateral (select ms('2026-02-08 03:36+00') + n * 5 * 38000000::bigint) s (t) where n * 5 % 16 > 0;
insert into leaflet select n, case when n % 6 > 0 then 1 + n % 7 end, 'leaflet-' || n || (array['.pdf', '.txt', '.docx'])[1 + n % 3], case when n % 10 > 0 then 1500 * n end, (array['done', 'failed', 'done', 'processing'])[1 + n % 4], case when n % 4 = 1 then 'Scan without text' end,
  case when n % 2 = 0 then (select jsonb_agg('piece ' || k) from generate_series(1, 1 + n % 5) k) else '[]' end, ms('2026-02-05 08:00+00') + n * 86000000::bigint from generate_series(1, 36) n;
insert into weather_cache select 'R' || r, date '2026-03-01' + d, '{"rain_mm": 4}' from generate_series(1, 5) r, generate_series(0, 18) d;
insert into sms_outbox select n, '+2547000' || 1001 + n % 48, 'Rain tomorrow', 'sent', ms('2026-03-01 05:00+00') + n * 900000 from generate_series(1, 150) n;
insert into web_session select md5(n::text), 1 + n % 7, ms('2026-03-21') from generate_series(1, 20) n;
insert into access_key select n, 'sms gateway', md5(n::text), ms('2026-02-02') from generate_series(1, 2) n;
insert into setting select 'setting_' || n, '{"on": true}' from generate_series(1, 7) n;
insert into instruction_text select 'adviser', n, 'Answer in two sentences.' from generate_series(1, 4) n;
insert into trace_log select n, 'adv' || 1 + n % 7, 'login', '{}', ms('2026-03-20 06:00+00') - n * 7200000::bigint from generate_series(1, 200) n;
insert into invoice select n, 'R' || 1 + n % 5, 100 + n, ms('2026-03-01') from generate_series(1, 10) n;
