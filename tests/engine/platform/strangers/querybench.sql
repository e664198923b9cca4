-- An invented database of a data-analyst agent that writes SQL (Go, hand-written schema); its adapter, written by hand before the first run, is in the folder.
create schema qb;
create table public.goose_db_version (id serial primary key, version_id bigint not null, is_applied boolean not null, tstamp timestamp not null default now());
create table qb.workspace (workspace_id bigint generated always as identity primary key, name text not null, plan text not null default 'free', created_at timestamptz not null default now());
create table qb.analyst (analyst_id bigint generated always as identity primary key, workspace_id bigint not null references qb.workspace (workspace_id), email text not null unique, display_name text, access_level text not null default 'viewer'
  check (access_level in ('viewer', 'editor', 'owner')), disabled boolean not null default false, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table qb.login_session (token_hash bytea primary key, analyst_id bigint not null references qb.analyst (analyst_id) on delete cascade, user_agent text, expires_at timestamptz not null);
create table qb.api_key (api_key_id bigint generated always as identity primary key, analyst_id bigint not null references qb.analyst (analyst_id), prefix text not null, secret_hash bytea not null, created_at timestamptz not null default now());
create table qb.data_source (data_source_id bigint generated always as identity primary key, workspace_id bigint not null references qb.workspace (workspace_id), engine text not null, dsn_encrypted bytea, created_at timestamptz not null default now());
create table qb.investigation (investigation_id uuid primary key default gen_random_uuid(), analyst_id bigint not null references qb.analyst (analyst_id), data_source_id bigint references qb.data_source (data_source_id), title text, pinned boolean not null default false,
  deleted_at timestamptz, started_at timestamptz not null default now(), last_activity_at timestamptz);
create table qb.step (step_id bigint generated always as identity primary key, investigation_id uuid not null references qb.investigation (investigation_id) on delete cascade, seq int not null, actor text not null
  check (actor in ('analyst', 'agent', 'executor')), content text, sql_text text, rows_returned int, elapsed_ms int, occurred_at timestamptz not null default now(), unique (investigation_id, seq));
create table qb.step_reaction (step_reaction_id bigint generated always as identity primary key, step_id bigint not null references qb.step (step_id) on delete cascade, analyst_id bigint not null references qb.analyst (analyst_id), reaction text not null
  check (reaction in ('helpful', 'not_helpful')), reason text, reacted_at timestamptz not null default now(), unique (step_id, analyst_id));
create table qb.saved_query (saved_query_id bigint generated always as identity primary key, analyst_id bigint not null references qb.analyst (analyst_id), step_id bigint references qb.step (step_id), name text not null, created_at timestamptz not null default now());
create table qb.chart (chart_id bigint generated always as identity primary key, step_id bigint not null references qb.step (step_id) on delete cascade, spec jsonb not null, created_at timestamptz not null default now());
create table qb.knowledge_file (knowledge_file_id bigint generated always as identity primary key, workspace_id bigint not null references qb.workspace (workspace_id), uploaded_by bigint references qb.analyst (analyst_id), filename text not null, bytes bigint not null,
  state text not null default 'pending' check (state in ('pending', 'embedding', 'ready', 'error')), last_error text, uploaded_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table qb.knowledge_chunk (knowledge_chunk_id bigint generated always as identity primary key, knowledge_file_id bigint not null references qb.knowledge_file (knowledge_file_id) on delete cascade, ord int not null, body text not null);
create table qb.prompt_template (name text not null, version int not null, body text not null, created_at timestamptz not null default now(), primary key (name, version));
create table qb.feature_flag (flag text primary key, enabled boolean not null default false, workspace_ids bigint[]);
create table qb.audit_event (audit_event_id bigint generated always as identity primary key, analyst_id bigint references qb.analyst (analyst_id), verb text not null, detail jsonb, at timestamptz not null default now());
create table qb.usage_meter (workspace_id bigint not null references qb.workspace (workspace_id), day date not null, tokens bigint not null, primary key (workspace_id, day));
create table qb.setting (workspace_id bigint not null references qb.workspace (workspace_id), key text not null, value jsonb not null, primary key (workspace_id, key));
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into public.goose_db_version (version_id, is_applied) select n, true from generate_series(0, 14) n;
insert into qb.workspace (name, plan, created_at) select 'Workspace ' || n, (array['free', 'team'])[1 + n % 2], timestamptz '2026-02-01' from generate_series(1, 5) n;
insert into qb.analyst (workspace_id, email, display_name, access_level, disabled, created_at, updated_at) select 1 + n % 5, 'a' || n || '@example.org', case when n % 6 > 0 then 'Analyst ' || n end, (array['viewer', 'editor', 'editor', 'owner'])[1 + n % 4], n % 9 = 0,
  timestamptz '2026-02-01 08:00+00' + n * interval '6 hours', timestamptz '2026-03-01 08:00+00' + n * interval '6 hours' from generate_series(1, 34) n;
insert into qb.login_session select decode(md5(n::text), 'hex'), 1 + n % 34, 'Firefox', timestamptz '2026-04-01' from generate_series(1, 60) n;
insert into qb.api_key (analyst_id, prefix, secret_hash, created_at) select n, 'qb_' || n, decode(md5(n::text), 'hex'), timestamptz '2026-02-11' from generate_series(1, 7) n;
insert into qb.data_source (workspace_id, engine, created_at) select 1 + n % 5, (array['postgres', 'snowflake', 'duckdb'])[1 + n % 3], timestamptz '2026-02-02' from generate_series(1, 9) n;
insert into qb.investigation select u('inv', n), 1 + n * 7 % 34, case when n % 5 > 0 then 1 + n % 9 end, case when n % 4 > 0 then 'Why did revenue fall, ' || n end, n % 10 = 0, case when n % 9 = 0 then timestamptz '2026-03-20 08:00+00' end,
  timestamptz '2026-02-10 06:40+00' + n * interval '12 hours 10 minutes', timestamptz '2026-02-10 07:00+00' + n * interval '12 hours 10 minutes' from generate_series(1, 74) n;
insert into qb.step (investigation_id, seq, actor, content, sql_text, rows_returned, elapsed_ms, occurred_at) select u('inv', i), k, (array['analyst', 'executor', 'agent'])[1 + k % 3], case when k % 3 <> 1 then 'Text ' || k end, case when k % 3 = 1 then 'select 1' end,
  case when k % 3 = 1 then 10 + k end, case when k % 3 > 0 then 300 + i end, timestamptz '2026-02-10 06:40+00' + i * interval '12 hours 10 minutes' + k * interval '50 seconds' from generate_series(1, 74) i, generate_series(0, 5 + 3 * (i % 3)) k;
insert into qb.step_reaction (step_id, analyst_id, reaction, reason, reacted_at) select s.step_id, i.analyst_id, case when s.step_id % 5 = 0 then 'not_helpful' else 'helpful' end, case when s.step_id % 5 = 0 then 'Wrong join' end, s.occurred_at + interval '3 minutes'
  from qb.step s join qb.investigation i using (investigation_id) where s.actor = 'agent' and s.step_id % 4 > 1;
insert into qb.saved_query (analyst_id, step_id, name, created_at) select 1 + n % 34, n * 9, 'Query ' || n, timestamptz '2026-03-02' from generate_series(1, 30) n;
insert into qb.chart (step_id, spec, created_at) select step_id, '{"mark": "bar"}', occurred_at from qb.step where actor = 'agent' and step_id % 3 = 0;
insert into qb.knowledge_file (workspace_id, uploaded_by, filename, bytes, state, last_error, uploaded_at, updated_at) select 1 + n % 5, case when n % 8 > 0 then 1 + n % 34 end, 'glossary_' || n || (array['.md', '.sql', '.csv', '.markdown'])[1 + n % 4], 900 * n,
  (array['ready', 'ready', 'error', 'embedding', 'pending'])[1 + n % 5], case when n % 5 = 2 then 'embedding quota exceeded' end, timestamptz '2026-02-06 10:00+00' + n * interval '22 hours', timestamptz '2026-02-06 10:03+00' + n * interval '22 hours' from generate_series(1, 43) n;
insert into qb.knowledge_chunk (knowledge_file_id, ord, body) select f, k, 'Chunk' from generate_series(1, 43) f, generate_series(1, 1 + f % 6) k where f % 5 < 2;
insert into qb.prompt_template select 'planner', n, 'Plan first.', timestamptz '2026-02-03' from generate_series(1, 3) n;
insert into qb.feature_flag select 'flag_' || n, n % 2 = 0, null from generate_series(1, 5) n;
insert into qb.audit_event (analyst_id, verb, at) select 1 + n % 34, 'login', timestamptz '2026-03-20 07:00+00' - n * interval '6 hours' from generate_series(1, 120) n;
insert into qb.usage_meter select w, date '2026-02-10' + d, 1000 * d from generate_series(1, 5) w, generate_series(0, 37) d;
insert into qb.setting select w, 'timezone', '"UTC"' from generate_series(1, 5) w;
