-- An invented database of a museum's guide for visitors (Supabase); its adapter, written by hand before the first run, is in the folder.
create schema auth;
create schema storage;
create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
create table auth.users (instance_id uuid, id uuid primary key, aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255), raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean, created_at timestamptz,
  updated_at timestamptz, banned_until timestamptz, deleted_at timestamptz, is_anonymous boolean not null default false);
create table auth.sessions (id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, created_at timestamptz, updated_at timestamptz, user_agent text, ip inet);
create table auth.refresh_tokens (id bigserial primary key, token varchar(255), user_id varchar(255), revoked boolean, created_at timestamptz, session_id uuid references auth.sessions (id) on delete cascade);
create table storage.buckets (id text primary key, name text not null, public boolean default false, created_at timestamptz default now());
create table public.profiles (id uuid primary key references auth.users (id) on delete cascade, full_name text, member_kind text not null default 'visitor' check (member_kind in ('visitor', 'curator', 'admin')), newsletter boolean not null default false,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table public.halls (id smallint primary key, name text not null, floor smallint not null);
create table public.exhibits (id uuid primary key default gen_random_uuid(), hall_id smallint not null references public.halls (id), title text not null, inventory_no text unique, created_at timestamptz not null default now());
create table public.guided_chats (id uuid primary key default gen_random_uuid(), visitor_id uuid references public.profiles (id) on delete set null, exhibit_id uuid references public.exhibits (id) on delete set null, device text, locale text not null default 'en',
  created_at timestamptz not null default now(), ended_at timestamptz);
create table public.chat_lines (id bigint generated always as identity primary key, chat_id uuid not null references public.guided_chats (id) on delete cascade, from_visitor boolean not null, body text not null, liked boolean, liked_at timestamptz, liked_note text,
  created_at timestamptz not null default now());
create index chat_lines_chat on public.chat_lines (chat_id, created_at);
create table public.catalogue_files (id uuid primary key default gen_random_uuid(), uploaded_by uuid references public.profiles (id) on delete set null, exhibit_id uuid references public.exhibits (id) on delete set null, bucket_id text references storage.buckets (id),
  file_name text not null, size_bytes bigint, embedding_status text not null default 'waiting' check (embedding_status in ('waiting', 'running', 'embedded', 'failed')), embedding_error text, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table public.catalogue_chunks (id bigint generated always as identity primary key, file_id uuid not null references public.catalogue_files (id) on delete cascade, content text not null, embedding real[]);
create table public.prompts (id smallint primary key, tone text not null, body text not null, created_at timestamptz not null default now());
create table public.tickets_sold (id bigint generated always as identity primary key, profile_id uuid references public.profiles (id), price_cents int not null, visit_on date not null, sold_at timestamptz not null default now());
create table public.app_settings (key text primary key, value jsonb not null);
create table public.feature_flags (name text primary key, enabled boolean not null default false);
create table public.push_notifications (id bigint generated always as identity primary key, profile_id uuid references public.profiles (id) on delete cascade, title text not null, sent_at timestamptz);
create table public.audit_trail (id bigint generated always as identity primary key, actor uuid, table_name text not null, operation text not null, at timestamptz not null default now());
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into supabase_migrations.schema_migrations select '202602010000' || n, null, 'm' || n from generate_series(10, 16) n;
insert into auth.users select null, u('u', n), 'authenticated', 'authenticated', 'v' || n || '@example.org', 'x', '{"provider": "email"}', '{}', null, timestamptz '2026-02-01 09:15+00' + n * interval '5 hours', timestamptz '2026-03-01 09:15+00' + n * interval '5 hours', null,
  case when n > 44 then timestamptz '2026-03-14 10:00+00' end, false from generate_series(1, 47) n;
insert into auth.sessions select u('s', n), u('u', 1 + n % 44), timestamptz '2026-03-20 09:00+00' - n * interval '7 hours', timestamptz '2026-03-20 09:00+00', 'Safari', '10.0.0.1' from generate_series(1, 80) n;
insert into auth.refresh_tokens (token, user_id, revoked, created_at, session_id) select md5(n::text), u('u', 1 + n % 44)::text, false, timestamptz '2026-03-20 09:00+00', u('s', n) from generate_series(1, 80) n;
insert into storage.buckets values ('catalogue', 'catalogue', false, '2026-02-01');
insert into public.profiles select u('u', n), case when n % 4 > 0 then 'Visitor ' || n end, case when n = 5 then 'admin' when n % 9 = 0 then 'curator' else 'visitor' end, n % 2 = 0, timestamptz '2026-02-01 09:15+00' + n * interval '5 hours',
  timestamptz '2026-03-01 09:15+00' + n * interval '5 hours' from generate_series(1, 44) n;
insert into public.halls select n, 'Hall ' || n, n % 3 from generate_series(1, 8) n;
insert into public.exhibits select u('x', n), 1 + n % 8, 'Exhibit ' || n, 'INV-' || n, timestamptz '2026-02-02' from generate_series(1, 30) n;
insert into public.guided_chats select u('c', n), case when n % 5 > 0 then u('u', 1 + n * 3 % 44) end, case when n % 6 > 0 then u('x', 1 + n % 30) end, (array['phone', 'kiosk'])[1 + n % 2], 'en', t, case when n % 7 > 0 then t + interval '20 minutes' end
  from generate_series(1, 96) n, lateral (select timestamptz '2026-02-10 08:50+00' + n * interval '9 hours 20 minutes') s (t);
insert into public.chat_lines (chat_id, from_visitor, body, liked, liked_at, liked_note, created_at) select u('c', c), k % 2 = 0, case when k % 2 = 0 then 'Who painted this?' else 'It was painted in 1640.' end, l, case when l is not null then t + interval '30 seconds' end,
  case when l and c % 5 = 0 then 'Lovely' end, t from generate_series(1, 96) c, generate_series(0, 3 + c % 4) k, lateral (select timestamptz '2026-02-10 08:50+00' + c * interval '9 hours 20 minutes' + k * interval '65 seconds',
  case when k % 2 = 1 and (c + k) % 4 = 0 then true when k % 2 = 1 and (c + k) % 6 = 2 then false end) s (t, l);
insert into public.catalogue_files select u('f', n), case when n % 7 > 0 then u('u', 1 + n % 44) end, case when n % 3 > 0 then u('x', 1 + n % 30) end, 'catalogue', 'sheet-' || n || (array['.pdf', '.txt', '.docx'])[1 + n % 3], case when n % 11 > 0 then 3000 + n * 41 end,
  (array['embedded', 'failed', 'embedded', 'running', 'waiting'])[1 + n % 5], case when n % 5 = 1 then 'No text layer' end, timestamptz '2026-02-05 11:00+00' + n * interval '21 hours', timestamptz '2026-02-05 11:05+00' + n * interval '21 hours' from generate_series(1, 46) n;
insert into public.catalogue_chunks (file_id, content) select u('f', f), 'Chunk' from generate_series(1, 46) f, generate_series(1, 2 + f % 4) where f % 5 in (0, 2);
insert into public.prompts select n, 'tone ' || n, 'Speak plainly.', timestamptz '2026-02-02' from generate_series(1, 4) n;
insert into public.tickets_sold (profile_id, price_cents, visit_on, sold_at) select case when n % 2 = 0 then u('u', 1 + n % 44) end, 1200, date '2026-03-01' + n % 20, timestamptz '2026-02-20' + n * interval '5 hours' from generate_series(1, 90) n;
insert into public.app_settings select 'setting_' || n, '1' from generate_series(1, 6) n;
insert into public.feature_flags select 'flag_' || n, n % 2 = 0 from generate_series(1, 4) n;
insert into public.push_notifications (profile_id, title, sent_at) select u('u', 1 + n % 44), 'New exhibition', timestamptz '2026-03-08' from generate_series(1, 44) n;
insert into public.audit_trail (actor, table_name, operation, at) select u('u', 1 + n % 44), 'exhibits', 'UPDATE', timestamptz '2026-03-19' - n * interval '6 hours' from generate_series(1, 100) n;
