-- An invented database with the tables and types of a public schema of a chat with many models on Supabase (Zola); its adapter, written by hand before the first run, is in the folder.
create schema auth;
create table auth.users (instance_id uuid, id uuid primary key, aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255), email_confirmed_at timestamptz, last_sign_in_at timestamptz,
  raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean, created_at timestamptz, updated_at timestamptz, phone text unique default null, banned_until timestamptz, is_sso_user boolean not null default false,
  deleted_at timestamptz, is_anonymous boolean not null default false);
create table auth.identities (provider_id text not null, user_id uuid not null references auth.users (id) on delete cascade, identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz,
  updated_at timestamptz, id uuid primary key default gen_random_uuid(), unique (provider_id, provider));
create table auth.sessions (id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, created_at timestamptz, updated_at timestamptz, aal text, not_after timestamptz, user_agent text);
create table users (id uuid primary key not null, email text not null, anonymous boolean, daily_message_count integer, daily_reset timestamptz, display_name text, favorite_models text[], message_count integer, premium boolean,
  profile_image text, created_at timestamptz default now(), last_active_at timestamptz default now(), daily_pro_message_count integer, daily_pro_reset timestamptz, system_prompt text,
  constraint users_id_fkey foreign key (id) references auth.users (id) on delete cascade);
create table projects (id uuid primary key default gen_random_uuid(), name text not null, user_id uuid not null, created_at timestamptz default now(),
  constraint projects_user_id_fkey foreign key (user_id) references users (id) on delete cascade);
create table chats (id uuid primary key default gen_random_uuid(), user_id uuid not null, project_id uuid, title text, model text, system_prompt text, created_at timestamptz default now(), updated_at timestamptz default now(),
  public boolean default false not null, pinned boolean default false not null, pinned_at timestamptz null, constraint chats_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
  constraint chats_project_id_fkey foreign key (project_id) references projects (id) on delete cascade);
create table messages (id serial primary key, chat_id uuid not null, user_id uuid, content text, role text not null check (role in ('system', 'user', 'assistant', 'data')), experimental_attachments jsonb, parts jsonb,
  created_at timestamptz default now(), constraint messages_chat_id_fkey foreign key (chat_id) references chats (id) on delete cascade,
  constraint messages_user_id_fkey foreign key (user_id) references users (id) on delete cascade, message_group_id text, model text);
create table chat_attachments (id uuid primary key default gen_random_uuid(), chat_id uuid not null, user_id uuid not null, file_url text not null, file_name text, file_type text, file_size integer, created_at timestamptz default now(),
  constraint fk_chat foreign key (chat_id) references chats (id) on delete cascade, constraint fk_user foreign key (user_id) references users (id) on delete cascade);
create table feedback (id uuid primary key default gen_random_uuid(), user_id uuid not null, message text not null, created_at timestamptz default now(),
  constraint feedback_user_id_fkey foreign key (user_id) references users (id) on delete cascade);
create table user_keys (user_id uuid not null references users (id) on delete cascade, provider text not null, encrypted_key text not null, iv text not null, created_at timestamptz default now(), updated_at timestamptz default now(),
  primary key (user_id, provider));
create table user_preferences (user_id uuid primary key references users (id) on delete cascade, layout text default 'fullscreen', prompt_suggestions boolean default true, show_tool_invocations boolean default true,
  show_conversation_previews boolean default true, multi_model_enabled boolean default false, hidden_models text[] default '{}', created_at timestamptz default now(), updated_at timestamptz default now());
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into auth.users (instance_id, id, aud, role, email, encrypted_password, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous)
  select u('i', 0), u('user', n), 'authenticated', 'authenticated', case when n % 3 > 0 then n || '@example.org' end, '', timestamptz '2026-03-20 08:00+00' - n * interval '3 hours', '{"provider": "google"}', '{}',
  timestamptz '2026-03-19 11:00+00' - n * interval '21 hours', timestamptz '2026-03-20 08:00+00' - n * interval '3 hours', n % 3 = 0 from generate_series(1, 48) n;
insert into auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at) select 'g' || n, u('user', n), '{}', 'google', timestamptz '2026-03-19 11:00+00' - n * interval '21 hours',
  timestamptz '2026-03-20 08:00+00' - n * interval '3 hours' from generate_series(1, 48) n where n % 3 > 0;
insert into auth.sessions select u('s', n), u('user', 1 + n % 48), timestamptz '2026-03-20 08:00+00' - n * interval '4 hours', timestamptz '2026-03-20 08:00+00' - n * interval '3 hours', 'aal1', null, 'Mozilla' from generate_series(1, 70) n;
insert into users (id, email, anonymous, daily_message_count, daily_reset, display_name, favorite_models, message_count, premium, profile_image, created_at, last_active_at, daily_pro_message_count)
  select u('user', n), case when n % 3 = 0 then u('user', n) || '@anonymous.example' else n || '@example.org' end, n % 3 = 0, n % 5, timestamptz '2026-03-20 00:00+00', case when n % 3 > 0 then 'Name ' || n end, '{gpt-4.1-nano}', n, false, null,
  timestamptz '2026-03-19 11:00:01+00' - n * interval '21 hours', case when n % 4 > 0 then timestamptz '2026-03-20 08:00+00' - n * interval '3 hours' end, 0 from generate_series(1, 48) n;
insert into projects (id, name, user_id, created_at) select u('project', n), 'P' || n, u('user', 1 + n * 3), timestamptz '2026-03-01 11:00+00' - n * interval '9 hours' from generate_series(1, 6) n;
insert into chats (id, user_id, project_id, title, model, system_prompt, created_at, updated_at, public, pinned, pinned_at)
  select u('chat', n), u('user', 1 + (n * 7) % 48), case when n % 6 = 0 then u('project', 1 + n % 5) end, 'Title ' || n, (array['gpt-4.1-nano', 'claude-3-7-sonnet', 'mistral-large-latest'])[1 + n % 3], null,
  timestamptz '2026-03-20 10:10+00' - n * interval '8 hours 20 minutes', timestamptz '2026-03-20 10:30+00' - n * interval '8 hours 20 minutes', n % 11 = 0, n % 17 = 0,
  case when n % 17 = 0 then timestamptz '2026-03-20 10:30+00' end from generate_series(1, 90) n;
insert into messages (chat_id, user_id, content, role, experimental_attachments, parts, created_at, message_group_id, model)
  select u('chat', k), case when r = 'user' then u('user', 1 + (k * 7) % 48) end, case when r = 'user' then 'Q' || n when n % 40 = 0 then '' else 'A' || n end, r, case when r = 'user' then '[]'::jsonb end,
  case when r = 'assistant' then '[{"type": "step-start"}, {"text": "A", "type": "text"}]'::jsonb end,
  timestamptz '2026-03-20 10:11+00' - k * interval '8 hours 20 minutes' + (n - 1) / 90 * interval '50 seconds', null, case when r = 'assistant' then 'gpt-4.1-nano' end
  from generate_series(1, 530) n, lateral (select 1 + (n - 1) % 90 k, case when (n - 1) / 90 % 2 = 0 then 'user' else 'assistant' end r) x;
insert into chat_attachments (chat_id, user_id, file_url, file_name, file_type, file_size, created_at) select u('chat', n), u('user', 1 + (n * 7) % 48), 'https://example.org/a' || n, 'a' || n || '.png', 'image/png', 900 * n,
  timestamptz '2026-03-20 10:11+00' - n * interval '8 hours 20 minutes' from generate_series(1, 20) n;
insert into feedback (user_id, message, created_at) select u('user', n * 2), 'Please add feature ' || n, timestamptz '2026-03-18 10:11+00' - n * interval '30 hours' from generate_series(1, 15) n;
insert into user_keys (user_id, provider, encrypted_key, iv) select u('user', n), 'openai', 'k', 'i' from generate_series(1, 6) n;
insert into user_preferences (user_id, layout, created_at, updated_at) select u('user', n), 'sidebar', timestamptz '2026-03-10 10:11+00', timestamptz '2026-03-10 10:11+00' from generate_series(1, 12) n;
