-- An invented database with the tables and types of Onyx that the adapter reads.
create table "user" (id uuid primary key, email varchar(320) not null, hashed_password varchar(1024) not null, is_active boolean not null,
  is_superuser boolean not null, is_verified boolean not null, role varchar(14) not null, personal_name varchar,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table chat_session (id uuid primary key, user_id uuid references "user" (id) on delete cascade, persona_id int, description text,
  onyxbot_flow boolean not null default false, deleted boolean not null default false, shared_status varchar(7) not null default 'PRIVATE',
  time_updated timestamptz not null default now(), time_created timestamptz not null default now());
create table chat_message (id serial primary key, chat_session_id uuid not null references chat_session (id), parent_message_id int,
  latest_child_message_id int, message text not null, token_count int not null, message_type varchar(18) not null, error text,
  time_sent timestamptz not null default now());
create table chat_feedback (id serial primary key, chat_message_id int references chat_message (id) on delete set null, is_positive boolean,
  required_followup boolean, feedback_text text, predefined_feedback varchar);
create table document (id varchar primary key, from_ingestion_api boolean, boost int not null default 0, hidden boolean not null default false,
  semantic_id varchar not null, doc_updated_at timestamptz, chunk_count int, last_modified timestamptz not null default now());
create table user_file (id uuid primary key, user_id uuid not null references "user" (id), file_id varchar not null, name varchar not null,
  created_at timestamptz not null, token_count int, file_type varchar not null, status varchar(10) not null, chunk_count int);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into "user" select u('user', n), n || '@example.org', 'h', n % 6 > 0, false, true,
  (array['BASIC', 'ADMIN', 'CURATOR', 'SLACK_USER'])[1 + n % 4], case when n % 3 = 0 then 'N' || n end,
  timestamptz '2026-03-19 12:00+00' - n * interval '17 hours' from generate_series(1, 30) n;
insert into chat_session (id, user_id, deleted, time_created) select u('talk', n), case when n % 6 > 0 then u('user', 1 + n % 30) end, n % 9 = 0,
  timestamptz '2026-03-20 10:00+00' - n * interval '3 hours' from generate_series(1, 120) n;
insert into chat_message (chat_session_id, message, token_count, message_type, time_sent) select u('talk', 1 + n % 120), 'm', 1,
  (array['USER', 'ASSISTANT', 'TOOL_CALL_RESPONSE', 'SYSTEM'])[1 + n % 4], timestamptz '2026-03-20 10:05+00' - (1 + n % 120) * interval '3 hours' + n * interval '1 minute'
  from generate_series(1, 800) n;
insert into chat_feedback (chat_message_id, is_positive, feedback_text) select case when n % 20 > 0 then 1 + n * 7 end, (array[true, false, null, true])[1 + n % 4],
  case when n % 3 = 0 then 'T' || n end from generate_series(1, 110) n;
insert into document (id, hidden, semantic_id, chunk_count, last_modified) select 'doc' || n, n % 8 = 0, 's', case when n % 5 > 0 then n % 7 end,
  timestamptz '2026-03-18' - n * interval '5 hours' from generate_series(1, 40) n;
insert into user_file select u('file', n), u('user', 1 + n % 30), 'f' || n, 'report ' || n || (array['.pdf', '.PNG', ''])[1 + n % 3],
  timestamptz '2026-03-18' - n * interval '8 hours', 5, 'application/pdf',
  (array['COMPLETED', 'FAILED', 'PROCESSING', 'DELETING', 'SKIPPED'])[1 + n % 5], n % 4 from generate_series(1, 35) n;
