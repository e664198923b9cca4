-- An invented database with the tables and types of Dify that the adapter reads, and some that it does not.
create table accounts (id uuid primary key, name varchar(255) not null, email varchar(255) not null,
  password varchar(255), status varchar(16) not null default 'active', created_at timestamp not null,
  updated_at timestamp not null);
create table tenant_account_joins (id uuid primary key, tenant_id uuid not null, account_id uuid not null,
  role varchar(16) not null default 'normal', created_at timestamp not null default now());
create table end_users (id uuid primary key, tenant_id uuid not null, app_id uuid, type varchar(255) not null,
  external_user_id varchar(255), name varchar(255), is_anonymous boolean not null default true,
  session_id varchar(255) not null, created_at timestamp not null, updated_at timestamp not null);
create table conversations (id uuid primary key, app_id uuid not null, mode varchar(255) not null,
  name varchar(255) not null, inputs json not null, status varchar(255) not null, from_source varchar(255) not null,
  from_end_user_id uuid, from_account_id uuid, created_at timestamp not null, updated_at timestamp not null,
  is_deleted boolean not null default false);
create table messages (id uuid primary key, app_id uuid not null, conversation_id uuid not null, inputs json not null,
  query text not null, message json not null, answer text not null, provider_response_latency float8 not null default 0,
  status varchar(255) not null default 'normal', error text, message_metadata text, from_end_user_id uuid,
  from_account_id uuid, created_at timestamp not null, updated_at timestamp not null);
create index message_created_at_idx on messages (created_at);
create table message_feedbacks (id uuid primary key, app_id uuid not null, conversation_id uuid not null,
  message_id uuid not null, rating varchar(255) not null, content text, from_source varchar(255) not null,
  from_end_user_id uuid, from_account_id uuid, created_at timestamp not null, updated_at timestamp not null);
create table upload_files (id uuid primary key, tenant_id uuid not null, name varchar(255) not null,
  size integer not null, extension varchar(255) not null, created_by uuid not null, created_at timestamp not null);
create table documents (id uuid primary key, tenant_id uuid not null, dataset_id uuid not null,
  data_source_type varchar(255) not null, data_source_info text, name varchar(255) not null, created_by uuid not null,
  created_at timestamp not null, error text, indexing_status varchar(255) not null default 'waiting',
  enabled boolean not null default true, archived boolean not null default false, updated_at timestamp not null);
create table document_segments (id uuid primary key, tenant_id uuid not null, dataset_id uuid not null,
  document_id uuid not null, content text not null, created_at timestamp not null);

create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into accounts select u('account', n), 'Account ' || n, n || '@example.org', null,
  (array['active', 'banned', 'pending'])[1 + n % 3], timestamp '2026-03-18' - n * interval '31 hours', timestamp '2026-03-18'
  from generate_series(1, 12) n;
insert into tenant_account_joins select u('join', n), u('tenant', n % 2), u('account', n % 12 + 1),
  (array['owner', 'normal', 'editor', 'admin'])[1 + n % 4] from generate_series(1, 15) n;
insert into end_users select u('end', n), u('tenant', 0), u('app', n % 3), 'browser', null,
  case when n % 4 > 0 then 'End ' || n end, n % 4 = 0, 's' || n, timestamp '2026-03-19' - n * interval '7 hours',
  timestamp '2026-03-19' from generate_series(1, 40) n;
insert into conversations select u('talk', n), u('app', n % 3), 'chat', 'T', '{}', 'normal', 'api',
  case when n % 5 < 3 then u('end', 1 + n % 40) end, case when n % 5 = 3 then u('account', 1 + n % 12) end,
  timestamp '2026-03-20 10:00' - n * interval '3 hours', timestamp '2026-03-20', n % 11 = 0
  from generate_series(1, 160) n;
insert into messages select u('message', n), u('app', n % 3), u('talk', 1 + n % 160), '{}', 'q', '[]',
  case when n % 13 = 0 then '' else 'a' end, 1.5, case when n % 13 = 0 then 'error' else 'normal' end, null, null,
  case when (1 + n % 160) % 5 < 3 then u('end', 1 + (1 + n % 160) % 40) end, null,
  timestamp '2026-03-20 10:00' - (1 + n % 160) * interval '3 hours' + n % 7 * interval '11 minutes', timestamp '2026-03-20'
  from generate_series(1, 900) n;
insert into message_feedbacks select u('feedback', n), u('app', n % 3), u('talk', 1 + n * 7 % 160), u('message', n * 7),
  (array['like', 'dislike', 'like'])[1 + n % 3], case when n % 4 = 0 then 'because ' || n when n % 4 = 1 then '' end,
  (array['user', 'admin'])[1 + n % 2], case when n % 2 = 0 then u('end', 1 + n % 40) end,
  case when n % 2 = 1 then u('account', 1 + n % 12) end, timestamp '2026-03-20 11:00' - n * interval '4 hours',
  timestamp '2026-03-20' from generate_series(1, 110) n;
insert into upload_files select u('file', n), u('tenant', 0), 'f', n * 1000, (array['pdf', 'markdown', 'docx'])[1 + n % 3],
  u('account', 1), timestamp '2026-03-01' from generate_series(1, 20) n;
insert into documents select u('document', n), u('tenant', 0), u('set', 0), case when n <= 20 then 'upload_file' else 'notion_import' end,
  case when n <= 20 then '{"upload_file_id": "' || u('file', n) || '"}' when n < 25 then '{"page": 1}' end, 'D', u('account', 1 + n % 12),
  timestamp '2026-03-20' - n * interval '9 hours', case when n % 4 > 1 then E' Timeout\n\tof ' || repeat(n || '-', 200) end,
  (array['completed', 'error', 'indexing', 'waiting', 'completed', 'paused'])[1 + n % 6], true, false, timestamp '2026-03-20'
  from generate_series(1, 30) n;
insert into document_segments select u('segment', n), u('tenant', 0), u('set', 0), u('document', 1 + n % 25), 'c', timestamp '2026-03-20'
  from generate_series(1, 200) n;
