-- An invented database with the tables and types of Chaskiq (its schema at 0289203d); its adapter, written by hand before the first
-- run, is in the folder.
create table apps (id bigserial primary key, key varchar, name varchar, token varchar, state varchar, timezone varchar, preferences jsonb not null default '{}', created_at timestamp not null, updated_at timestamp not null);
create table agents (id bigserial primary key, key varchar, email varchar not null default '', encrypted_password varchar not null default '', sign_in_count int not null default 0,
  last_sign_in_at timestamp, confirmed_at timestamp, locked_at timestamp, properties jsonb not null default '{}', created_at timestamp not null, updated_at timestamp not null,
  jti varchar, invited_by_type varchar, invited_by_id bigint, invitations_count int default 0, bot boolean);
create table app_users (id bigserial primary key, key varchar, app_id bigint references apps (id), properties jsonb default '{}', last_visited_at timestamp, referrer varchar, state varchar, ip varchar,
  city varchar, country varchar, subscription_state varchar, session_id varchar, email varchar, lat numeric, lng numeric, timezone varchar, browser varchar, created_at timestamp not null,
  updated_at timestamp not null, type varchar, last_seen timestamp, first_seen timestamp, signed_up timestamp, last_contacted timestamp);
create table roles (id bigserial primary key, app_id bigint references apps (id), agent_id bigint references agents (id), role varchar, created_at timestamp not null, updated_at timestamp not null);
create table conversations (id bigserial primary key, key varchar, app_id bigint references apps (id), assignee_id bigint, admins jsonb, reply_count int, parts_count int,
  latest_update_at timestamp, read_at timestamp, main_participant_id bigint, priority boolean, state varchar, created_at timestamp not null, updated_at timestamp not null, first_agent_reply timestamp);
create table conversation_parts (id bigserial primary key, key varchar, message text, read_at timestamp, app_user_id bigint references app_users (id), conversation_id bigint references conversations (id),
  private_note boolean, "boolean" boolean, authorable_type varchar, authorable_id bigint, messageable_type varchar, messageable_id bigint, source varchar, string varchar, message_id varchar,
  email_message_id varchar, created_at timestamp not null, updated_at timestamp not null, step_id varchar, trigger_id varchar);
create table conversation_part_contents (id bigserial primary key, conversation_part_id bigint, html_content text, serialized_content text, text_content text, created_at timestamp not null, updated_at timestamp not null);
create table articles (id bigserial primary key, title varchar, state varchar, slug varchar, published_at varchar, position int, app_id bigint not null, author_id bigint not null, created_at timestamp not null, updated_at timestamp not null);
create table active_storage_blobs (id bigserial primary key, key varchar not null, filename varchar not null, content_type varchar, metadata text, byte_size bigint not null, checksum varchar not null, created_at timestamp not null);
create table active_storage_attachments (id bigserial primary key, name varchar not null, record_type varchar not null, record_id bigint not null, blob_id bigint not null references active_storage_blobs (id), created_at timestamp not null);
create table visits (id bigserial primary key, url varchar, app_user_id bigint not null, title varchar, os varchar, created_at timestamp not null, updated_at timestamp not null);
create table events (id bigserial primary key, eventable_type varchar not null, eventable_id bigint not null, action varchar, properties jsonb, created_at timestamp not null, updated_at timestamp not null);
insert into apps (key, name, created_at, updated_at) values ('k', 'A', timestamp '2026-01-01', timestamp '2026-01-01');
insert into agents (email, created_at, updated_at, locked_at, bot) select n || '@example.com', timestamp '2026-01-01' + n * interval '1 day', timestamp '2026-02-01', case when n = 4 then timestamp '2026-02-01' end, n = 1 from generate_series(1, 5) n;
insert into roles (app_id, agent_id, role, created_at, updated_at) select 1, n, case when n = 2 then 'admin' end, timestamp '2026-01-01', timestamp '2026-01-01' from generate_series(1, 5) n;
insert into app_users (key, app_id, session_id, email, created_at, updated_at, type) select 'k' || n, 1, 's' || n, case when n % 2 = 0 then n || '@example.org' end, timestamp '2026-03-18' - n * interval '9 hours',
  timestamp '2026-03-19', case when n % 3 = 0 then 'Lead' when n % 3 = 1 then 'Visitor' else 'AppUser' end from generate_series(1, 45) n;
insert into conversations (app_id, assignee_id, main_participant_id, priority, state, created_at, updated_at, first_agent_reply) select 1, case when n % 4 > 0 then 1 + n % 5 end, 1 + n % 45, case when n % 6 = 0 then true end,
  (array['opened', 'closed'])[1 + n % 2], timestamp '2026-03-19 20:00' - n * interval '5 hours', timestamp '2026-03-20', case when n % 3 > 0 then timestamp '2026-03-19 21:00' - n * interval '5 hours' end from generate_series(1, 90) n;
insert into conversation_parts (key, message, app_user_id, conversation_id, private_note, authorable_type, authorable_id, source, created_at, updated_at) select 'p' || n, 'm', null, 1 + n % 90, n % 17 = 0,
  case when n % 2 = 0 then 'AppUser' else 'Agent' end, case when n % 2 = 0 then 1 + (1 + n % 90) % 45 else 1 + n % 5 end, null, timestamp '2026-03-19 20:00' - (1 + n % 90) * interval '5 hours' + n % 40 * interval '3 minutes',
  timestamp '2026-03-20' from generate_series(1, 600) n;
insert into articles (title, state, app_id, author_id, created_at, updated_at) select 'A', 'published', 1, 1, timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 9);
insert into active_storage_blobs (key, filename, content_type, byte_size, checksum, created_at) select 'k' || n, 'f.png', 'image/png', n, 'c', timestamp '2026-03-01' from generate_series(1, 12) n;
