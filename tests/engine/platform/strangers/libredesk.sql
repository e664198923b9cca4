-- An invented database with the tables and types of Libredesk (its schema.sql at 0193e711); its adapter, written by hand before the
-- first run, is in the folder.
create type message_type as enum ('incoming', 'outgoing', 'activity'); create type message_sender_type as enum ('agent', 'contact');
create type message_status as enum ('received', 'sent', 'failed', 'pending'); create type content_type as enum ('text', 'html');
create type user_type as enum ('agent', 'contact', 'visitor', 'ai_assistant'); create type media_store as enum ('s3', 'fs');
create type user_availability_status as enum ('online', 'away', 'away_manual', 'offline', 'away_and_reassigning');
create type applied_sla_status as enum ('pending', 'breached', 'met', 'partially_met'); create type conversation_status_category as enum ('open', 'waiting', 'resolved');
create table inboxes (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), uuid uuid default gen_random_uuid() not null unique, name text not null,
  deleted_at timestamptz, channel text not null, enabled bool default true not null, csat_enabled bool default false not null, config jsonb default '{}' not null, "from" text, secret text);
create table teams (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), name text not null, emoji text, timezone text);
create table roles (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), permissions text[] default '{}' not null, name text unique not null, description text);
create table users (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), type user_type not null, deleted_at timestamptz, enabled bool default true not null,
  email text, first_name text not null, last_name text, phone_number text, country text, password varchar(150), avatar_url text, custom_attributes jsonb default '{}' not null, external_user_id text,
  availability_status user_availability_status default 'offline' not null, last_active_at timestamptz, last_login_at timestamptz);
create table user_roles (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), user_id int references users (id) not null, role_id int references roles (id) not null);
create table conversation_statuses (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), name text not null unique, category conversation_status_category not null default 'open');
create table conversation_priorities (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), name text not null unique);
create table conversations (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), uuid uuid default gen_random_uuid() not null unique, reference_number text not null unique,
  contact_id bigint references users (id) not null, assigned_user_id bigint references users (id), assigned_team_id int references teams (id), inbox_id int references inboxes (id) not null,
  status_id int references conversation_statuses (id) not null, priority_id int references conversation_priorities (id), meta jsonb default '{}' not null, custom_attributes jsonb default '{}' not null,
  contact_last_seen_at timestamptz default now(), first_reply_at timestamptz, last_reply_at timestamptz, closed_at timestamptz, resolved_at timestamptz, subject text, waiting_since timestamptz,
  last_message_at timestamptz, last_message text, last_message_sender message_sender_type, last_message_sender_id bigint references users (id), last_interaction text, last_interaction_at timestamptz,
  next_sla_deadline_at timestamptz, snoozed_until timestamptz);
create table conversation_messages (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), uuid uuid default gen_random_uuid() not null unique, type message_type not null,
  status message_status not null, private bool default false not null, conversation_id bigint references conversations (id) not null, content_type content_type, content text, text_content text, source_id text,
  sender_id bigint references users (id) not null, sender_type message_sender_type not null, meta jsonb default '{}');
create table conversation_drafts (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), conversation_id bigint references conversations (id) not null,
  user_id bigint references users (id) not null, type text not null default 'reply', content text not null, meta jsonb default '{}' not null);
create table conversation_participants (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), user_id bigint references users (id) not null, conversation_id bigint references conversations (id) not null);
create table conversation_mentions (id bigserial primary key, created_at timestamptz default now(), conversation_id bigint references conversations (id) not null, message_id bigint references conversation_messages (id) not null,
  mentioned_user_id bigint references users (id), mentioned_by_user_id bigint references users (id) not null);
create table media (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), uuid uuid default gen_random_uuid() not null unique, store media_store not null, filename text not null,
  content_type text not null, content_id text, model_id int, model_type text, size int, meta jsonb default '{}' not null, private boolean not null default true);
create table csat_responses (id serial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), uuid uuid default gen_random_uuid() not null unique, conversation_id bigint references conversations (id) not null,
  rating int default 0 not null, feedback text, meta jsonb default '{}' not null, response_timestamp timestamptz);
create table applied_slas (id bigserial primary key, created_at timestamptz default now(), updated_at timestamptz default now(), status applied_sla_status default 'pending' not null, conversation_id bigint references conversations (id) not null,
  first_response_deadline_at timestamptz, resolution_deadline_at timestamptz, first_response_met_at timestamptz, resolution_met_at timestamptz);
create table ai_knowledge_base (id serial primary key, created_at timestamptz not null default now(), updated_at timestamptz not null default now(), type text not null default 'snippet', title text not null default '', content text not null, enabled boolean not null default true);
create table embeddings (id bigserial primary key, created_at timestamptz not null default now(), updated_at timestamptz not null default now(), source_type text not null, source_id bigint not null, chunk_text text not null, embedding bytea);
insert into inboxes (name, channel) values ('Mail', 'email'), ('Chat', 'livechat');
insert into teams (name) values ('T');
insert into roles (name) values ('Admin'), ('Agent');
insert into users (created_at, updated_at, type, deleted_at, enabled, email, first_name, last_name) select timestamptz '2026-03-18' - n * interval '7 hours', timestamptz '2026-03-19',
  (case when n <= 6 then 'agent' when n = 7 then 'ai_assistant' when n % 3 = 0 then 'visitor' else 'contact' end)::user_type, case when n % 13 = 0 then timestamptz '2026-03-19' end, n % 11 > 0,
  n || '@example.org', 'F' || n, case when n % 2 = 0 then 'L' || n end from generate_series(1, 60) n;
insert into user_roles (user_id, role_id) select n, case when n <= 2 then 1 else 2 end from generate_series(1, 6) n;
insert into conversation_statuses (name, category) values ('Open', 'open'), ('Snoozed', 'waiting'), ('Resolved', 'resolved'), ('Closed', 'resolved');
insert into conversation_priorities (name) values ('Low'), ('Medium'), ('High');
insert into conversations (reference_number, created_at, updated_at, contact_id, assigned_user_id, inbox_id, status_id, priority_id, first_reply_at, resolved_at, closed_at, subject, next_sla_deadline_at)
  select (100 + n)::text, timestamptz '2026-03-19 20:00' - n * interval '5 hours', timestamptz '2026-03-20', 8 + n % 50, case when n % 4 > 0 then 1 + n % 7 end, 1 + n % 2, 1 + n % 4, case when n % 5 > 0 then 1 + n % 3 end,
  case when n % 3 > 0 then timestamptz '2026-03-19 21:00' - n * interval '5 hours' end, case when n % 4 > 1 then timestamptz '2026-03-19 22:00' - n * interval '5 hours' end,
  case when n % 4 = 3 then timestamptz '2026-03-19 23:00' - n * interval '5 hours' end, 'S', case when n % 2 = 0 then timestamptz '2026-03-20' - n * interval '5 hours' end from generate_series(1, 80) n;
insert into conversation_messages (created_at, updated_at, type, status, private, conversation_id, content, sender_id, sender_type) select timestamptz '2026-03-19 20:00' - (1 + n % 80) * interval '5 hours' + n % 40 * interval '3 minutes',
  timestamptz '2026-03-20', (case when n % 19 = 0 then 'activity' when n % 2 = 0 then 'incoming' else 'outgoing' end)::message_type, 'sent', n % 23 = 1, 1 + n % 80, 'c',
  case when n % 2 = 0 then 8 + (1 + n % 80) % 50 else 1 + n % 7 end, (case when n % 2 = 0 then 'contact' else 'agent' end)::message_sender_type from generate_series(1, 500) n;
insert into conversation_drafts (conversation_id, user_id, content) select n, 1, 'd' from generate_series(1, 5) n;
insert into conversation_participants (user_id, conversation_id) select 1 + n % 7, n from generate_series(1, 80) n;
insert into conversation_mentions (conversation_id, message_id, mentioned_user_id, mentioned_by_user_id) select 1, n, 1, 2 from generate_series(1, 9) n;
insert into media (store, filename, content_type, size, model_id, model_type) select 'fs', 'a.pdf', 'application/pdf', n, n, 'messages' from generate_series(1, 15) n;
insert into csat_responses (created_at, conversation_id, rating, feedback, response_timestamp) select timestamptz '2026-03-20', n, n % 6, case when n % 2 = 0 then 'f' end, case when n % 6 > 0 then timestamptz '2026-03-20' end from generate_series(1, 40) n;
insert into applied_slas (conversation_id, status) select n, 'met' from generate_series(1, 30) n;
insert into ai_knowledge_base (title, content) select 'T', 'c' from generate_series(1, 8) n;
