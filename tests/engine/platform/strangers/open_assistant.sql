-- An invented database with the tables and types of Open Assistant's inference server (its models at 06f877ee, 50fab64d);
-- its adapter, written by hand before the first run, is in the folder.
create type messagestate as enum ('manual', 'pending', 'in_progress', 'complete', 'aborted_by_worker', 'cancelled', 'timeout');
create type reporttype as enum ('spam', 'offensive', 'feedback');
create table "user" (id varchar primary key, provider varchar not null, provider_account_id varchar not null, display_name varchar(256) not null);
create table refresh_token (token_hash varchar primary key, user_id varchar not null references "user" (id), enabled boolean not null default true);
create table worker (id varchar primary key, name varchar, trusted boolean, api_key varchar);
create table chat (id varchar primary key, user_id varchar not null references "user" (id), created_at timestamp not null, modified_at timestamp not null, title varchar,
  hidden boolean not null default false, allow_data_use boolean not null default true);
create table message (role varchar not null, id varchar primary key, created_at timestamp not null, chat_id varchar not null references chat (id), parent_id varchar, active_sibling jsonb,
  content varchar, error varchar, safe_content varchar, safety_level int, safety_label varchar, safety_rots varchar, used_plugin jsonb, state messagestate not null,
  work_parameters jsonb, work_begin_at timestamp, work_end_at timestamp, worker_id varchar references worker (id), worker_compat_hash varchar, worker_config jsonb,
  score int not null default 0, inferior_drafts jsonb);
create table report (id varchar primary key, message_id varchar not null references message (id), report_type reporttype not null, reason varchar not null);
insert into "user" select 'u' || n, 'discord', 'd' || n, 'N' || n from generate_series(1, 25) n;
insert into worker values ('w1', 'w', true, 'k');
insert into chat select 'c' || n, 'u' || 1 + n % 25, timestamp '2026-03-19 22:00' - n * interval '7 hours', timestamp '2026-03-20', 'T', n % 9 = 0, true from generate_series(1, 80) n;
insert into message (role, id, created_at, chat_id, parent_id, content, state, worker_id, score) select (array['prompter', 'assistant'])[1 + n % 2], 'm' || n,
  timestamp '2026-03-19 22:00' - (1 + n % 80) * interval '7 hours' + n % 50 * interval '5 minutes', 'c' || 1 + n % 80, 'm' || n - 1,
  case when n % 2 = 0 or n % 9 > 0 then 'x' end, (case when n % 2 = 0 then 'manual' when n % 9 > 0 then 'complete' else 'timeout' end)::messagestate, 'w1',
  case when n % 2 = 1 and n % 9 > 0 then n % 3 - 1 else 0 end from generate_series(1, 720) n;
insert into report select 'r' || n, 'm' || n * 9, 'spam', 'because' from generate_series(1, 8) n;
