-- An invented database with the tables and types of LobeChat's server database (its Drizzle schemas at 0ce02d7c, 284309f2, 01a8c626, 00e2b5fe);
-- its adapter, written by hand, is in the folder.
create table users (id text primary key, username text unique, email text, avatar text, phone text, first_name text, last_name text, full_name text, is_onboarded boolean default false,
  clerk_created_at timestamptz, email_verified_at timestamptz, preference jsonb, accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table user_settings (id text primary key references users (id), tts jsonb, hotkey jsonb, key_vaults text, general jsonb, language_model jsonb, system_agent jsonb, default_agent jsonb, tool jsonb, image jsonb);
create table session_groups (id text primary key, name text not null, sort int, user_id text not null references users (id), client_id text,
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table sessions (id text primary key, slug varchar(100) not null, title text, description text, avatar text, background_color text, type text default 'agent', user_id text not null references users (id),
  group_id text references session_groups (id), client_id text, pinned boolean default false, accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table topics (id text primary key, title text, favorite boolean default false, session_id text references sessions (id), group_id text, user_id text not null references users (id), client_id text,
  history_summary text, metadata jsonb, accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table threads (id text primary key, title text, type text not null, status text default 'active', topic_id text not null references topics (id), source_message_id text not null,
  parent_thread_id text references threads (id), client_id text, user_id text not null references users (id), last_active_at timestamptz default now(),
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table agents (id text primary key, slug varchar(100) unique, title text, description text, user_id text not null references users (id), model text,
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table messages (id text primary key, role text not null, content text, reasoning jsonb, search jsonb, metadata jsonb, model text, provider text, favorite boolean default false, error jsonb, tools jsonb,
  trace_id text, observation_id text, client_id text, user_id text not null references users (id), session_id text references sessions (id), topic_id text references topics (id),
  thread_id text references threads (id), parent_id text references messages (id), quota_id text references messages (id), agent_id text references agents (id),
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table message_plugins (id text primary key references messages (id), tool_call_id text, type text default 'default', api_name text, arguments text, identifier text, state jsonb, error jsonb,
  client_id text, user_id text not null references users (id));
create table global_files (hash_id varchar(64) primary key, file_type varchar(255) not null, size int not null, url text not null, metadata jsonb, creator text not null references users (id),
  created_at timestamptz not null default now(), accessed_at timestamptz not null default now());
create table documents (id varchar(255) primary key, title text, content text, file_type varchar(255) not null, filename text, total_char_count int not null, total_line_count int not null, metadata jsonb, pages jsonb,
  source_type text not null, source text not null, file_id text, parent_id varchar(255) references documents (id), user_id text not null references users (id), client_id text, editor_data jsonb, slug varchar(255),
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table files (id text primary key, user_id text not null references users (id), file_type varchar(255) not null, file_hash varchar(64) references global_files (hash_id), name text not null, size int not null,
  url text not null, source text, parent_id varchar(255) references documents (id), client_id text, metadata jsonb, chunk_task_id uuid, embedding_task_id uuid,
  accessed_at timestamptz not null default now(), created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table file_chunks (file_id text references files (id), chunk_id uuid, created_at timestamptz not null default now());
insert into users select 'u' || n, 'user' || n, null, null, null, 'F' || n, 'L' || n, null, true, null, null, null, timestamptz '2026-03-19', timestamptz '2026-03-19' - n * interval '20 hours', timestamptz '2026-03-19' from generate_series(1, 20) n;
insert into sessions select 's' || n, 's' || n, 'Agent', null, null, null, 'agent', 'u' || (1 + n % 20), null, null, false, timestamptz '2026-03-19', timestamptz '2026-03-10' - n * interval '3 hours' from generate_series(1, 30) n;
insert into topics (id, title, session_id, user_id, created_at) select 't' || n, 'T', 's' || (1 + n % 30), 'u' || (1 + (1 + n % 30) % 20), timestamptz '2026-03-20' - n * interval '5 hours' from generate_series(1, 60) n;
insert into threads (id, type, topic_id, source_message_id, user_id) select 'h' || n, 'standalone', 't' || n, 'm' || n, 'u' || (1 + (1 + n % 30) % 20) from generate_series(1, 5) n;
insert into messages (id, role, content, user_id, session_id, topic_id, created_at) select 'm' || n, (array['user', 'assistant', 'system', 'tool'])[1 + n % 4], 'c', 'u' || (1 + (1 + n % 30) % 20),
  's' || (1 + n % 30), case when n % 5 > 0 then 't' || (1 + n % 60) end, timestamptz '2026-03-20 10:00' - n * interval '1 hour' from generate_series(1, 400) n;
insert into documents (id, title, file_type, filename, total_char_count, total_line_count, source_type, source, user_id) select 'd' || n, 'D', 'application/pdf', 'd.pdf', 1, 1, 'file', 'x', 'u' || n from generate_series(1, 6) n;
insert into files (id, user_id, file_type, name, size, url, created_at) select 'f' || n, 'u' || (1 + n % 20), (array['application/pdf', 'text/markdown'])[1 + n % 2], 'n' || n || '.pdf', n * 10, 'x', timestamptz '2026-03-18' - n * interval '9 hours' from generate_series(1, 25) n;
insert into file_chunks select 'f' || (1 + n % 25), null from generate_series(1, 70) n;
