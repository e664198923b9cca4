-- An invented database with the tables and types of LobeChat's server database; its adapter, written by hand, is in the folder.
create table users (id text primary key, username text unique, email text, avatar text, phone text, first_name text, last_name text, full_name text,
  is_onboarded boolean default false, clerk_created_at timestamptz, preference jsonb, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table session_groups (id text primary key, name text not null, sort int, user_id text not null references users (id), created_at timestamptz not null default now());
create table sessions (id text primary key, slug varchar(100) not null, title text, description text, avatar text, type text default 'agent', user_id text not null references users (id),
  group_id text references session_groups (id), client_id text, pinned boolean default false, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table topics (id text primary key, session_id text references sessions (id), user_id text not null references users (id), favorite boolean default false, title text,
  client_id text, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table messages (id text primary key, role text not null, content text, model text, provider text, favorite boolean default false, error jsonb, tools jsonb, trace_id text,
  observation_id text, client_id text, user_id text not null references users (id), session_id text references sessions (id), topic_id text references topics (id), parent_id text,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table files (id text primary key, user_id text not null references users (id), file_type varchar(255) not null, name text not null, size int not null, url text not null, metadata jsonb,
  chunk_task_id uuid, embedding_task_id uuid, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table file_chunks (file_id text references files (id), chunk_id uuid, created_at timestamptz not null default now());
insert into users select 'u' || n, 'user' || n, null, null, null, 'F' || n, 'L' || n, null, true, null, null, timestamptz '2026-03-19' - n * interval '20 hours', timestamptz '2026-03-19' from generate_series(1, 20) n;
insert into sessions select 's' || n, 's' || n, 'Agent', null, null, 'agent', 'u' || (1 + n % 20), null, null, false, timestamptz '2026-03-10' - n * interval '3 hours' from generate_series(1, 30) n;
insert into topics select 't' || n, 's' || (1 + n % 30), 'u' || (1 + (1 + n % 30) % 20), false, 'T', null, timestamptz '2026-03-20' - n * interval '5 hours' from generate_series(1, 60) n;
insert into messages select 'm' || n, (array['user', 'assistant', 'system', 'tool'])[1 + n % 4], 'c', null, null, false, null, null, null, null, null, 'u' || (1 + (1 + n % 30) % 20),
  's' || (1 + n % 30), case when n % 5 > 0 then 't' || (1 + n % 60) end, null, timestamptz '2026-03-20 10:00' - n * interval '1 hour' from generate_series(1, 400) n;
insert into files select 'f' || n, 'u' || (1 + n % 20), (array['application/pdf', 'text/markdown'])[1 + n % 2], 'n' || n || '.pdf', n * 10, 'x', null, null, null, timestamptz '2026-03-18' - n * interval '9 hours' from generate_series(1, 25) n;
insert into file_chunks select 'f' || (1 + n % 25), null from generate_series(1, 70) n;
