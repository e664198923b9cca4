-- An invented database with the tables and types of a public schema of a university's chat with models (HAWKI); its adapter, written by hand before the first run, is in the folder.
create table users (id bigserial primary key, name varchar(255) not null, email varchar(255) not null unique, username varchar(255) not null unique, "publicKey" text not null, employeetype varchar(255) not null, avatar_id varchar(255), bio varchar(255),
  "isRemoved" boolean not null default false, created_at timestamp(0), updated_at timestamp(0));
create table sessions (id varchar(255) primary key, user_id bigint, ip_address varchar(45), user_agent text, payload text not null, last_activity integer not null, created_at timestamp(0), updated_at timestamp(0));
create table cache (key varchar(255) primary key, value text not null, expiration integer not null);
create table jobs (id bigserial primary key, queue varchar(255) not null, payload text not null, attempts smallint not null, reserved_at integer, available_at integer not null, created_at integer not null);
create index jobs_queue_index on jobs (queue);
create table failed_jobs (id bigserial primary key, uuid varchar(255) not null unique, connection text not null, queue text not null, payload text not null, exception text not null, failed_at timestamp(0) not null default current_timestamp);
create table rooms (id bigserial primary key, room_name varchar(255) not null, room_icon varchar(255), room_description varchar(255), system_prompt text, slug varchar(255) not null unique, created_at timestamp(0), updated_at timestamp(0));
create table members (id bigserial primary key, room_id bigint not null references rooms (id) on delete cascade, user_id bigint not null references users (id) on delete cascade, last_read timestamp(0) not null default current_timestamp, role varchar(255) not null,
  "isRemoved" boolean not null default false, created_at timestamp(0), updated_at timestamp(0));
create table messages (id bigserial primary key, room_id bigint not null references rooms (id) on delete cascade, thread_id bigint references messages (id) on delete cascade on update cascade, has_thread boolean not null default false,
  member_id bigint not null references members (id) on delete cascade, message_id varchar(255) not null, message_role varchar(255) not null, model varchar(255), iv varchar(255) not null, tag varchar(255) not null, content text not null, metadata json,
  reader_signs json, created_at timestamp(0), updated_at timestamp(0));
create table invitations (id bigserial primary key, room_id bigint not null references rooms (id) on delete cascade, username varchar(255) not null references users (username) on delete cascade, role varchar(255) not null, iv varchar(255) not null,
  tag varchar(255) not null, invitation text not null, created_at timestamp(0), updated_at timestamp(0));
create table ai_convs (id bigserial primary key, conv_name varchar(255) not null, slug varchar(255) not null unique, user_id bigint not null references users (id) on delete cascade, system_prompt text, created_at timestamp(0), updated_at timestamp(0));
create table ai_conv_msgs (id bigserial primary key, conv_id bigint not null references ai_convs (id) on delete cascade, user_id bigint not null references users (id) on delete cascade, message_role varchar(255) not null, message_id varchar(255) not null,
  model varchar(255), iv varchar(255) not null, tag varchar(255) not null, content text not null, completion boolean not null, metadata json, created_at timestamp(0), updated_at timestamp(0));
create table attachments (id bigserial primary key, attachable_type varchar(255) not null, attachable_id bigint not null, user_id bigint not null references users (id) on delete cascade, uuid varchar(255) not null, name varchar(255) not null,
  category varchar(255) not null, type varchar(255) not null check (type in ('image', 'document', 'audio', 'video', 'other')), mime varchar(255) not null, created_at timestamp(0), updated_at timestamp(0));
create index attachments_attachable_type_attachable_id_index on attachments (attachable_type, attachable_id);
create table private_user_data (id bigserial primary key, user_id bigint not null references users (id) on delete cascade, "KCIV" varchar(255) not null, "KCTAG" varchar(255) not null, keychain text not null, created_at timestamp(0), updated_at timestamp(0));
create table user_keychain_values (id bigserial primary key, key varchar(255) not null, value text not null, type varchar(255) not null, user_id bigint not null, created_at timestamp(0), updated_at timestamp(0), unique (user_id, key, type));
create table passkey_backups (id bigserial primary key, username varchar(255) not null, ciphertext text not null, iv varchar(255) not null, tag varchar(255) not null, created_at timestamp(0), updated_at timestamp(0));
create table usage_records (id bigserial primary key, user_id bigint references users (id) on delete set null, room_id bigint references rooms (id) on delete set null, prompt_tokens bigint not null default 0, completion_tokens bigint not null default 0,
  type varchar(255) not null check (type in ('private', 'group', 'api')), model varchar(255) not null, created_at timestamp(0), updated_at timestamp(0));
create table personal_access_tokens (id bigserial primary key, tokenable_type varchar(255) not null, tokenable_id bigint not null, name varchar(255) not null, token varchar(64) not null unique, abilities text, last_used_at timestamp(0), expires_at timestamp(0),
  created_at timestamp(0), updated_at timestamp(0));
create table ext_apps (id bigserial primary key, name varchar(255) not null, description text, url varchar(2048), logo_url varchar(2048), app_public_key text not null, redirect_url varchar(2048) not null, app_user_id bigint not null, created_at timestamp(0),
  updated_at timestamp(0), deleted_at timestamp(0));
create table ext_app_users (id bigserial primary key, user_public_key text not null, user_private_key text not null, ext_user_id varchar(255) not null, passkey text not null, api_token text not null, ext_app_id bigint not null, user_id bigint not null,
  personal_access_token_id bigint not null, created_at timestamp(0), updated_at timestamp(0));
create table announcements (id bigserial primary key, title varchar(255) not null, view varchar(255) not null, type varchar(255) not null default 'info' check (type in ('policy', 'news', 'system', 'event', 'info')), is_forced boolean not null default false,
  is_global boolean not null default true, target_users json, anchor varchar(255), starts_at timestamp(0), expires_at timestamp(0), created_at timestamp(0), updated_at timestamp(0));
create table announcement_user (id bigserial primary key, announcement_id bigint not null references announcements (id) on delete cascade, user_id bigint not null references users (id) on delete cascade, seen_at timestamp(0), accepted_at timestamp(0),
  created_at timestamp(0), updated_at timestamp(0));
create table migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
insert into users (name, email, username, "publicKey", employeetype, avatar_id, created_at, updated_at) values ('HAWKI', 'hawki@example.org', 'HAWKI', '0', 'system', 'a', timestamp '2026-01-20 08:00', timestamp '2026-01-20 08:00');
insert into users (name, email, username, "publicKey", employeetype, "isRemoved", created_at, updated_at) select 'Name ' || n, n || '@example.org', 'user' || n, 'k', (array['student', 'staff', 'student'])[1 + n % 3], n % 11 = 0,
  timestamp '2026-03-18 09:20' - n * interval '21 hours', timestamp '2026-03-19 09:20' - n * interval '9 hours' from generate_series(1, 40) n;
insert into sessions (id, user_id, ip_address, payload, last_activity) select md5('s' || n), case when n % 5 > 0 then 2 + n % 40 end, '10.0.0.1', 'p', 1773900000 - n * 900 from generate_series(1, 50) n;
insert into rooms (room_name, room_description, system_prompt, slug, created_at, updated_at) select 'Room ' || n, 'D', 'P', 'room-' || n, timestamp '2026-03-17 09:00' - n * interval '60 hours', timestamp '2026-03-19 09:00' from generate_series(1, 12) n;
insert into members (room_id, user_id, role, "isRemoved", created_at, updated_at) select n, 1, 'assistant', false, timestamp '2026-03-17 09:00' - n * interval '60 hours', timestamp '2026-03-17 09:00' from generate_series(1, 12) n;
insert into members (room_id, user_id, role, "isRemoved", created_at, updated_at) select 1 + n % 12, 2 + n % 40, case when n < 13 then 'admin' else 'editor' end, n % 13 = 0, timestamp '2026-03-17 09:10' - n * interval '15 hours', timestamp '2026-03-17 09:10' from generate_series(1, 48) n;
insert into messages (room_id, member_id, message_id, message_role, model, iv, tag, content, metadata, reader_signs, created_at, updated_at)
  select k, case when n % 4 = 0 then k else 13 + (n * 12 + k + 11) % 48 end, (n / 12 + 1) || '.000', case when n % 4 = 0 then 'assistant' else 'user' end, case when n % 4 = 0 then 'gpt-4o' end, 'i', 't', 'c', '{}', '[]', t.x, t.x
  from generate_series(1, 150) n, lateral (select 1 + n % 12 k) y, lateral (select timestamp '2026-03-17 10:00' - k * interval '60 hours' + n * interval '21 minutes' x) t;
insert into invitations (room_id, username, role, iv, tag, invitation, created_at, updated_at) select 1 + n % 12, 'user' || n, 'editor', 'i', 't', 'c', timestamp '2026-03-18 09:00', timestamp '2026-03-18 09:00' from generate_series(1, 5) n;
insert into ai_convs (conv_name, slug, user_id, system_prompt, created_at, updated_at) select 'Chat ' || n, substr(md5('v' || n), 1, 16), 2 + (n * 3) % 40, 'P', timestamp '2026-03-20 07:15' - n * interval '10 hours 50 minutes', timestamp '2026-03-20 07:15' - n * interval '10 hours'
  from generate_series(1, 78) n;
insert into ai_conv_msgs (conv_id, user_id, message_role, message_id, model, iv, tag, content, completion, metadata, created_at, updated_at)
  select k, case when turn % 2 = 0 then 2 + (k * 3) % 40 else 1 end, case when turn % 2 = 0 then 'user' else 'assistant' end, (turn + 1) || '.000', case when turn % 2 = 1 then 'gpt-4o' end, 'i', 't', 'c', not (turn % 2 = 1 and n % 23 = 0),
  '{"tools": null, "params": null, "citations": null}', t.x, t.x
  from generate_series(1, 430) n, lateral (select 1 + (n - 1) % 78 k, (n - 1) / 78 turn) y, lateral (select timestamp '2026-03-20 07:15:10' - k * interval '10 hours 50 minutes' + turn * interval '35 seconds' x) t;
insert into attachments (attachable_type, attachable_id, user_id, uuid, name, category, type, mime, created_at, updated_at) select 'App\Models\AiConvMsg', n, 2 + n % 40, md5('a' || n)::uuid::text, 'file' || n || '.pdf', 'private', 'document', 'application/pdf',
  timestamp '2026-03-18 09:00' - n * interval '20 hours', timestamp '2026-03-18 09:00' from generate_series(1, 22) n;
insert into private_user_data (user_id, "KCIV", "KCTAG", keychain, created_at, updated_at) select n, 'i', 't', 'c', timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00' from generate_series(2, 41) n;
insert into user_keychain_values (key, value, type, user_id, created_at, updated_at) select 'aiConvKey', 'c', 'ai_conv', n, timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00' from generate_series(2, 41) n;
insert into passkey_backups (username, ciphertext, iv, tag, created_at, updated_at) select 'user' || n, 'c', 'i', 't', timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00' from generate_series(1, 40) n;
insert into usage_records (user_id, room_id, prompt_tokens, completion_tokens, type, model, created_at, updated_at) select 2 + (n * 3) % 40, case when n % 6 = 0 then 1 + n % 12 end, 300, 90, case when n % 6 = 0 then 'group' else 'private' end, 'gpt-4o',
  timestamp '2026-03-20 07:15:40' - n * interval '4 hours', timestamp '2026-03-20 07:15:40' - n * interval '4 hours' from generate_series(1, 200) n;
insert into announcements (title, view, type, is_forced, created_at, updated_at) values ('Terms', 'terms', 'policy', true, timestamp '2026-01-20 08:00', timestamp '2026-01-20 08:00');
insert into announcement_user (announcement_id, user_id, seen_at, accepted_at, created_at, updated_at) select 1, n, timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00', timestamp '2026-03-01 09:00' from generate_series(2, 41) n;
insert into migrations (migration, batch) values ('0001_01_01_000000_create_users_table', 1), ('2024_08_19_112320_create_ai_convs_table', 1);
