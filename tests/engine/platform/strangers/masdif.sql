-- An invented database with the tables and types of a public schema of a Rails gateway for voices (a message and its reply in a row, no people);
-- its adapter, written by hand before the first run, is in the folder.
create table conversations (id uuid primary key, created_at timestamp(6) not null, updated_at timestamp(6) not null, status varchar, feedback varchar);
create table messages (id bigserial primary key, conversation_id uuid references conversations (id), created_at timestamp(6) not null, updated_at timestamp(6) not null, text varchar, meta_data jsonb, reply varchar);
create table ar_internal_metadata (key varchar primary key, value varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null);
insert into conversations select md5('c' || n)::uuid, timestamp '2026-03-01' + n * interval '4 hours', timestamp '2026-03-01' + n * interval '5 hours', null, case when n % 6 = 0 then 'fine' end from generate_series(1, 90) n;
insert into messages (conversation_id, created_at, updated_at, text, meta_data, reply) select md5('c' || (1 + n / 4))::uuid, t, t, 'q', '{"asr_generated": true, "tts_result": "x"}', case when n % 15 > 0 then '[{"text": "a"}]' end from (select n, timestamp '2026-03-01' + (1 + n / 4) * interval '4 hours' + n % 4 * interval '1 minute' as t from generate_series(0, 359) n) q;
insert into ar_internal_metadata values ('environment', 'production', '2026-02-01', '2026-02-01');
