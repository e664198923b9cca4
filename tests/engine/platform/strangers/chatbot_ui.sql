-- An invented database with the tables and types of Chatbot UI on Supabase; its adapter, written by hand, is in the folder.
create schema auth;
create table auth.users (id uuid primary key, instance_id uuid, aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255),
  last_sign_in_at timestamptz, raw_app_meta_data jsonb, is_super_admin boolean, created_at timestamptz, updated_at timestamptz, phone text,
  banned_until timestamptz, is_sso_user boolean not null default false, deleted_at timestamptz, is_anonymous boolean not null default false);
create table profiles (id uuid primary key, user_id uuid not null unique references auth.users (id) on delete cascade, created_at timestamptz not null,
  updated_at timestamptz, bio text not null, has_onboarded boolean not null default false, image_url text not null, display_name text not null,
  username text not null unique, use_azure_openai boolean not null default false);
create table workspaces (id uuid primary key, user_id uuid not null references auth.users (id), created_at timestamptz not null, updated_at timestamptz,
  name text not null, description text not null);
create table chats (id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, workspace_id uuid not null references workspaces (id),
  created_at timestamptz not null, updated_at timestamptz, sharing text not null default 'private', context_length int not null, model text not null,
  name text not null, prompt text not null, temperature real not null);
create table messages (id uuid primary key, chat_id uuid not null references chats (id) on delete cascade, user_id uuid not null references auth.users (id),
  created_at timestamptz not null, updated_at timestamptz, content text not null, image_paths text[] not null, model text not null, role text not null,
  sequence_number int not null);
create table files (id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, created_at timestamptz not null, updated_at timestamptz,
  sharing text not null default 'private', description text not null, file_path text not null, name text not null, size int not null, tokens int not null, type text not null);
create table file_items (id uuid primary key, file_id uuid not null references files (id) on delete cascade, user_id uuid not null references auth.users (id),
  created_at timestamptz not null, content text not null, tokens int not null);
create table message_file_items (user_id uuid not null references auth.users (id), message_id uuid not null references messages (id),
  file_item_id uuid not null references file_items (id), created_at timestamptz not null, primary key (message_id, file_item_id));
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into auth.users select u('u', n), null, 'authenticated', 'authenticated', n || '@example.org', 'h', null, '{}', false,
  timestamptz '2026-03-19' - n * interval '20 hours', timestamptz '2026-03-19', null, null, false, case when n % 9 = 0 then timestamptz '2026-03-19' end
  from generate_series(1, 25) n;
insert into profiles select u('p', n), u('u', n), timestamptz '2026-03-19', null, '', true, '', 'Person ' || n, 'p' || n from generate_series(1, 25) n;
insert into workspaces select u('w', n), u('u', n), timestamptz '2026-03-19', null, 'Home', '' from generate_series(1, 25) n;
insert into chats select u('c', n), u('u', 1 + n % 25), u('w', 1 + n % 25), timestamptz '2026-03-20 10:00+00' - n * interval '5 hours', null, 'private', 4000, 'm', 'n', 'p', 0.5
  from generate_series(1, 80) n;
insert into messages select u('m', n), u('c', 1 + n % 80), u('u', 1 + (1 + n % 80) % 25), timestamptz '2026-03-20 10:00+00' - (1 + n % 80) * interval '5 hours', null,
  'c', '{}', 'm', (array['user', 'assistant', 'system'])[1 + n % 3], n from generate_series(1, 500) n;
insert into files select u('f', n), u('u', 1 + n % 25), timestamptz '2026-03-18' - n * interval '7 hours', null, 'private', '', 'x/f' || n, 'f' || n, n * 100, 5,
  (array['pdf', 'txt', 'md'])[1 + n % 3] from generate_series(1, 30) n;
insert into file_items select u('i', n), u('f', 1 + n % 30), u('u', 1), timestamptz '2026-03-18', 'c', 3 from generate_series(1, 90) n;
