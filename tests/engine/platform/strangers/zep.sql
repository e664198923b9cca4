-- An invented database with the tables and types of Zep's community edition; its adapter, written by hand, is in the folder.
create table users (uuid uuid primary key, id bigserial, created_at timestamptz not null, updated_at timestamptz, deleted_at timestamptz,
  user_id varchar not null unique, email varchar, first_name varchar, last_name varchar, project_uuid uuid not null, metadata jsonb);
create type role_type_enum as enum ('norole', 'system', 'assistant', 'user', 'function', 'tool');
create table sessions (uuid uuid primary key, id bigserial, session_id varchar not null unique, created_at timestamptz not null, updated_at timestamptz not null,
  deleted_at timestamptz, ended_at timestamptz, metadata jsonb, user_id varchar references users (user_id), project_uuid uuid not null);
create table messages (uuid uuid primary key, id bigserial, created_at timestamptz not null, updated_at timestamptz, deleted_at timestamptz,
  session_id varchar not null references sessions (session_id), project_uuid uuid not null, role varchar not null, role_type role_type_enum default 'norole',
  content varchar not null, token_count bigint not null, metadata jsonb);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into users select u('u', n), n, timestamptz '2026-03-19' - n * interval '20 hours', timestamptz '2026-03-19', case when n % 8 = 0 then timestamptz '2026-03-19' end,
  'user-' || n, null, 'F' || n, 'L' || n, u('p', 1) from generate_series(1, 25) n;
insert into sessions select u('s', n), n, 'session-' || n, timestamptz '2026-03-20 10:00+00' - n * interval '5 hours', timestamptz '2026-03-20',
  case when n % 10 = 0 then timestamptz '2026-03-20' end, null, null, case when n % 6 > 0 then 'user-' || (1 + n % 25) end, u('p', 1) from generate_series(1, 80) n;
insert into messages select u('m', n), n, timestamptz '2026-03-20 10:00+00' - (1 + n % 80) * interval '5 hours', null, case when n % 25 = 0 then timestamptz '2026-03-20' end,
  'session-' || (1 + n % 80), u('p', 1), (array['Jane', 'bot 7', 'Max'])[1 + n % 3], (array['user', 'assistant', 'user'])[1 + n % 3]::role_type_enum, 'c', 4
  from generate_series(1, 500) n;
