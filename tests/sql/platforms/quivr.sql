-- An invented database with the tables and types of Quivr on Supabase.
create schema auth;
create table auth.users (id uuid primary key, aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255), raw_app_meta_data jsonb,
  is_super_admin boolean, created_at timestamptz, updated_at timestamptz, banned_until timestamptz, deleted_at timestamptz, is_anonymous boolean not null default false);
create table users (id uuid primary key references auth.users (id), email text);
create table user_settings (user_id uuid primary key, models jsonb, daily_chat_credit int default 20, max_brains int default 3, max_brain_size int default 1000000);
create table prompts (id uuid primary key, title varchar(255), content text, status varchar(255) default 'private');
create table brains (brain_id uuid primary key, name text, status text, model text, max_tokens int, temperature float8, description text, prompt_id uuid references prompts (id),
  last_update timestamp default current_timestamp);
create table brains_users (brain_id uuid not null references brains (brain_id), rights varchar(255), default_brain boolean, user_id uuid references auth.users (id));
create table chats (chat_id uuid primary key, user_id uuid references auth.users (id), creation_time timestamp default current_timestamp, history jsonb, chat_name text);
create table chat_history (message_id uuid not null, chat_id uuid not null references chats (chat_id), user_message text, assistant text,
  message_time timestamptz default current_timestamp, brain_id uuid references brains (brain_id), prompt_id uuid references prompts (id), metadata jsonb, thumbs boolean,
  primary key (chat_id, message_id));
create table notifications (id uuid primary key, datetime timestamp default current_timestamp, chat_id uuid references chats (chat_id), message text, action varchar(255) not null, status varchar(255) not null);
create table knowledge (id uuid primary key, file_name text, url text, mime_type text not null, status text not null default 'UPLOADED', source text, source_link text, file_sha1 text,
  created_at timestamptz default now(), file_size bigint, metadata jsonb, updated_at timestamptz default now(), user_id uuid references users (id), is_folder boolean default false, parent_id uuid);
create table knowledge_brain (knowledge_id uuid not null references knowledge (id), brain_id uuid not null references brains (brain_id), primary key (knowledge_id, brain_id));
create table vectors (id uuid primary key, content text, file_sha1 text, metadata jsonb, knowledge_id uuid references knowledge (id));
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into auth.users select u('u', n), 'authenticated', 'authenticated', n || '@example.org', 'h', '{}', null, timestamptz '2026-03-19' - n * interval '19 hours',
  timestamptz '2026-03-19', null, null, false from generate_series(1, 22) n;
insert into users select u('u', n), n || '@example.org' from generate_series(1, 22) n;
insert into brains select u('b', n), 'B', 'private', 'm', 100, 0, '', null from generate_series(1, 5) n;
insert into chats select u('c', n), u('u', 1 + n % 22), timestamp '2026-03-20 10:00' - n * interval '5 hours', null, 'T' from generate_series(1, 70) n;
insert into chat_history select u('m', n), u('c', 1 + n % 70), 'q', case when n % 11 > 0 then 'a' else '' end,
  timestamptz '2026-03-20 10:00+00' - (1 + n % 70) * interval '5 hours' + n * interval '1 minute', u('b', 1 + n % 5), null, null,
  case when n % 5 = 1 then true when n % 5 = 2 then false end from generate_series(1, 400) n;
insert into knowledge select u('k', n), case when n % 4 > 0 then 'f' || n || '.pdf' end, case when n % 4 = 0 then 'https://example.org' end, (array['.pdf', '.txt', '.html'])[1 + n % 3],
  (array['PROCESSED', 'ERROR', 'PROCESSING', 'UPLOADED', 'PROCESSED'])[1 + n % 5], 'local', null, 's' || n, timestamptz '2026-03-18' - n * interval '9 hours', n * 1000, null, timestamptz '2026-03-18',
  u('u', 1 + n % 22), n % 13 = 0, null from generate_series(1, 40) n;
insert into vectors select u('v', n), 'c', null, null, u('k', 1 + n % 40) from generate_series(1, 160) n;
