-- An invented database with the tables and types of Sim Studio (its Drizzle schema at 00127b27), vectors as arrays; its adapter, written by
-- hand before the first run, is in the folder.
create table "user" (id text primary key, name text not null, email text not null unique, email_verified boolean not null, image text, created_at timestamp not null, updated_at timestamp not null, stripe_customer_id text,
  is_super_user boolean not null default false);
create table session (id text primary key, expires_at timestamp not null, token text not null unique, created_at timestamp not null, updated_at timestamp not null, ip_address text, user_agent text, user_id text not null references "user" (id));
create table account (id text primary key, account_id text not null, provider_id text not null, user_id text not null references "user" (id), access_token text, password text, created_at timestamp not null, updated_at timestamp not null);
create table workspace (id text primary key, name text not null, owner_id text not null references "user" (id), created_at timestamp not null, updated_at timestamp not null);
create table workflow (id text primary key, user_id text not null references "user" (id), workspace_id text references workspace (id), name text not null, description text, is_deployed boolean not null default false,
  run_count int not null default 0, created_at timestamp not null, updated_at timestamp not null);
create table workflow_execution_logs (id text primary key, workflow_id text not null references workflow (id), execution_id text not null, level text not null, trigger text not null, started_at timestamp not null, ended_at timestamp,
  total_duration_ms int, execution_data jsonb not null default '{}', cost jsonb, created_at timestamp not null);
create table memory (id text primary key, workflow_id text references workflow (id), key text not null, data jsonb not null, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create table workspace_file (id text primary key, workspace_id text not null references workspace (id), name text not null, key text not null unique, size int not null, type text not null,
  uploaded_by text not null references "user" (id), uploaded_at timestamp not null);
create table knowledge_base (id text primary key, user_id text not null references "user" (id), workspace_id text references workspace (id), name text not null, token_count int not null default 0, deleted_at timestamp,
  created_at timestamp not null, updated_at timestamp not null);
create table document (id text primary key, knowledge_base_id text not null references knowledge_base (id), filename text not null, file_url text not null, file_size int not null, mime_type text not null,
  chunk_count int not null default 0, token_count int not null default 0, character_count int not null default 0, processing_status text not null default 'pending', processing_started_at timestamp,
  processing_completed_at timestamp, processing_error text, enabled boolean not null default true, deleted_at timestamp, tag1 text, uploaded_at timestamp not null);
create table embedding (id text primary key, knowledge_base_id text not null references knowledge_base (id), document_id text not null references document (id), chunk_index int not null, content text not null,
  embedding float4[], enabled boolean not null default true, created_at timestamp not null, updated_at timestamp not null);
create table copilot_chats (id uuid primary key default gen_random_uuid(), user_id text not null references "user" (id), workflow_id text not null references workflow (id), title text, messages jsonb not null default '[]',
  model text not null default 'm', conversation_id text, config jsonb, created_at timestamp not null, updated_at timestamp not null);
create table workflow_checkpoints (id uuid primary key, user_id text not null references "user" (id), workflow_id text not null references workflow (id), chat_id uuid not null references copilot_chats (id), message_id text,
  workflow_state json not null, created_at timestamp not null, updated_at timestamp not null);
create table copilot_feedback (feedback_id uuid primary key, user_id text not null references "user" (id), chat_id uuid not null references copilot_chats (id), user_query text not null, agent_response text not null,
  is_positive boolean not null, feedback text, created_at timestamp not null, updated_at timestamp not null);
create table templates (id text primary key, workflow_id text references workflow (id), name text not null, views int not null default 0, stars int not null default 0, status text, created_at timestamp not null, updated_at timestamp not null);
create table template_stars (id text primary key, user_id text not null references "user" (id), template_id text not null references templates (id), starred_at timestamp not null, created_at timestamp not null);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into "user" select 'u' || n, 'N' || n, n || '@example.org', true, null, timestamp '2026-03-18' - n * interval '8 hours', timestamp '2026-03-19', null, n = 1 from generate_series(1, 30) n;
insert into session select 's' || n, now(), 't' || n, timestamp '2026-03-19' - n * interval '1 hour', timestamp '2026-03-19', null, null, 'u' || 1 + n % 30 from generate_series(1, 200) n;
insert into account select 'a' || n, 'g' || n, 'google', 'u' || n, null, null, timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 30) n;
insert into workspace select 'w' || n, 'W', 'u' || n, timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 10) n;
insert into workflow select 'f' || n, 'u' || n, 'w' || 1 + n % 10, 'F', null, false, 0, timestamp '2026-03-02', timestamp '2026-03-02' from generate_series(1, 20) n;
insert into workflow_execution_logs select 'l' || n, 'f' || 1 + n % 20, 'x' || n, 'info', (array['api', 'chat', 'manual'])[1 + n % 3], timestamp '2026-03-19' - n * interval '1 hour', null, 5, '{}', null, timestamp '2026-03-19' from generate_series(1, 300) n;
insert into knowledge_base select 'k' || n, 'u' || n, 'w1', 'K', 0, case when n = 5 then timestamp '2026-03-10' end, timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 5) n;
insert into document (id, knowledge_base_id, filename, file_url, file_size, mime_type, chunk_count, processing_status, deleted_at, uploaded_at) select 'd' || n, 'k' || 1 + n % 5, 'f.pdf', 'x', n * 100,
  (array['application/pdf', 'text/plain'])[1 + n % 2], n % 7, (array['completed', 'failed', 'pending', 'processing', 'completed'])[1 + n % 5], case when n % 10 = 0 then timestamp '2026-03-15' end,
  timestamp '2026-03-18' - n * interval '6 hours' from generate_series(1, 40) n;
insert into embedding select 'e' || n, 'k1', 'd' || 1 + n % 40, n, 'c', array[0.1, 0.2], true, timestamp '2026-03-18', timestamp '2026-03-18' from generate_series(1, 160) n;
insert into copilot_chats (id, user_id, workflow_id, title, messages, created_at, updated_at) select u('c', n), 'u' || 1 + n % 30, 'f' || 1 + n % 20, 'T',
  case when n % 9 = 0 then '[]' else (select jsonb_agg(jsonb_build_object('id', 'm' || n || '-' || i, 'role', case i % 2 when 0 then 'user' else 'assistant' end, 'content', 'a' || i,
    'timestamp', to_char(timestamp '2026-03-19 20:00' - n * interval '6 hours' + i * interval '3 minutes', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')) order by i) from generate_series(0, 1 + n % 6) i) end,
  timestamp '2026-03-19 20:00' - n * interval '6 hours', timestamp '2026-03-20' from generate_series(1, 70) n;
insert into copilot_feedback select u('f', n), 'u' || 1 + n % 30, u('c', n), 'q', 'a1', n % 3 > 0, case when n % 4 = 0 then 'because' end, timestamp '2026-03-20' - n * interval '6 hours', timestamp '2026-03-20'
  from generate_series(1, 50) n where n % 9 > 0;
insert into templates select 't' || n, 'f' || n, 'T', 0, n, 'approved', timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 10) n;
insert into template_stars select 'st' || n, 'u' || n, 't' || 1 + n % 10, timestamp '2026-03-05', timestamp '2026-03-05' from generate_series(1, 20) n;
