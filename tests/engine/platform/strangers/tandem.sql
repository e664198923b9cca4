-- An invented database of Tandem, a SaaS vendor's in-app copilot (hand-written migrations, enum types, uuid keys); its adapter, written by hand before the first run, is in the folder.
create type workspace_plan as enum ('trial', 'team', 'enterprise');
create type seat_kind as enum ('owner', 'admin', 'editor', 'viewer');
create type surface_kind as enum ('sidebar', 'command_bar', 'editor_inline');
create type speaker_kind as enum ('member', 'copilot', 'tool');
create type source_state as enum ('queued', 'parsing', 'indexed', 'broken');

create table schema_migrations (version varchar(64) primary key, applied_at timestamptz not null default now());
create table workspaces (
  id uuid primary key default gen_random_uuid(), slug text not null unique, name text not null, plan workspace_plan not null default 'trial',
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table members (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade,
  email text not null unique, full_name text, password_digest text, seat seat_kind not null default 'viewer', locale text not null default 'en',
  last_seen_at timestamptz, deactivated_at timestamptz, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create index on members (workspace_id);
create table invitations (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade, email text not null,
  seat seat_kind not null, invited_by uuid not null references members (id) on delete cascade, accepted_at timestamptz, created_at timestamptz not null default now());
create table threads (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade,
  opened_by uuid references members (id) on delete set null, heading text, surface surface_kind not null default 'sidebar', pinned boolean not null default false,
  opened_at timestamptz not null default now(), touched_at timestamptz not null default now(), discarded_at timestamptz);
create index on threads (opened_by);
create table utterances (
  id bigint generated always as identity primary key, thread_id uuid not null references threads (id) on delete cascade,
  reply_to bigint references utterances (id) on delete set null, speaker speaker_kind not null, body text not null, model text,
  prompt_tokens int, completion_tokens int, latency_ms int, spoken_at timestamptz not null default now());
create index on utterances (thread_id, spoken_at);
create table verdicts (
  id bigint generated always as identity primary key, utterance_id bigint not null unique references utterances (id) on delete cascade,
  member_id uuid not null references members (id) on delete cascade, helpful boolean not null, reasons text[] not null default '{}', remark text,
  given_at timestamptz not null default now(), revised_at timestamptz);
create table sources (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade,
  added_by uuid references members (id) on delete set null, title text not null, original_name text not null, media_type text not null, byte_size bigint not null,
  state source_state not null default 'queued', broken_because text, added_at timestamptz not null default now(), indexed_at timestamptz, removed_at timestamptz);
create table passages (
  id bigint generated always as identity primary key, source_id uuid not null references sources (id) on delete cascade, ordinal int not null, content text not null,
  embedding real[], unique (source_id, ordinal));
create table citations (
  utterance_id bigint not null references utterances (id) on delete cascade, passage_id bigint not null references passages (id) on delete cascade, score real,
  primary key (utterance_id, passage_id));
create table saved_prompts (
  id uuid primary key default gen_random_uuid(), member_id uuid not null references members (id) on delete cascade, label text not null, template text not null,
  created_at timestamptz not null default now());
create table api_tokens (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade, label text not null, token_hash text not null,
  created_at timestamptz not null default now(), revoked_at timestamptz);
create table browser_sessions (
  id text primary key, member_id uuid not null references members (id) on delete cascade, user_agent text, ip inet, created_at timestamptz not null default now(),
  expires_at timestamptz not null);
create table workspace_settings (workspace_id uuid primary key references workspaces (id) on delete cascade, settings jsonb not null default '{}', updated_at timestamptz not null default now());
create table feature_flags (key text primary key, enabled boolean not null default false, rollout_percent smallint not null default 0, updated_at timestamptz not null default now());
create table audit_trail (
  id bigint generated always as identity primary key, workspace_id uuid references workspaces (id) on delete cascade, actor_id uuid references members (id) on delete set null,
  action text not null, subject text not null, detail jsonb, happened_at timestamptz not null default now());
create table invoices (
  id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade, amount_cents int not null, currency char(3) not null,
  status text not null, issued_at timestamptz not null, paid_at timestamptz);
create table usage_counters (workspace_id uuid not null references workspaces (id) on delete cascade, day date not null, completions int not null default 0, tokens bigint not null default 0, primary key (workspace_id, day));

create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into schema_migrations select to_char(timestamptz '2025-09-01' + n * interval '9 days', 'YYYYMMDDHH24MI'), timestamptz '2025-09-01' + n * interval '9 days' from generate_series(1, 20) n;
insert into workspaces select u('workspace', n), 'customer-' || n, (array['Birch & Co', 'Northlight', 'Mandel GmbH', 'Ovo Studio', 'Paperplane', 'Sixfold'])[n],
  (array['trial', 'team', 'enterprise'])[1 + n % 3]::workspace_plan, timestamptz '2025-10-01' + n * interval '6 days', timestamptz '2026-02-01' from generate_series(1, 6) n;
insert into members select u('member', n), u('workspace', 1 + n % 6), 'member' || n || '@example.org', case when n % 5 > 0 then (array['Ana Ruiz', 'Ben Ott', 'Chloe Lam', 'Dev Shah'])[1 + n % 4] || ' ' || n end,
  'x', (array['viewer', 'editor', 'editor', 'owner', 'admin', 'editor', 'viewer'])[1 + n % 7]::seat_kind, (array['en', 'de', 'fr'])[1 + n % 3],
  case when n % 6 > 0 then timestamptz '2026-03-19 08:00+00' - n * interval '3 hours' end, case when n % 11 = 0 then timestamptz '2026-03-10' end,
  timestamptz '2026-03-18 21:30+00' - n * interval '23 hours', timestamptz '2026-03-18 21:30+00' - n * interval '9 hours' from generate_series(1, 44) n;
insert into invitations select u('invitation', n), u('workspace', 1 + n % 6), 'new' || n || '@example.org', 'editor', u('member', n), case when n % 2 = 0 then timestamptz '2026-03-01' end, timestamptz '2026-02-20' from generate_series(1, 12) n;
insert into threads select u('thread', n), u('workspace', 1 + n % 6), case when n % 17 > 0 then u('member', 1 + n * 7 % 40) end,
  case when n % 4 > 0 then (array['Rewrite the launch note', 'Formula for churn', 'Why is this chart empty?'])[1 + n % 3] end,
  (array['sidebar', 'command_bar', 'editor_inline'])[1 + n % 3]::surface_kind, n % 10 = 0, timestamptz '2026-03-20 09:10+00' - n * interval '11 hours',
  timestamptz '2026-03-20 09:30+00' - n * interval '11 hours', case when n % 12 = 0 then timestamptz '2026-03-20 10:00+00' - n * interval '10 hours' end from generate_series(1, 90) n;
insert into utterances (thread_id, speaker, body, model, prompt_tokens, completion_tokens, latency_ms, spoken_at)
  select u('thread', k), (array['member', 'copilot', 'member', 'tool', 'copilot'])[1 + j % 5]::speaker_kind, (array['Make it shorter, please', 'Here is a shorter version.', 'And in French?', '{"rows": 12}', 'Bien sûr.'])[1 + j % 5],
    case when j % 5 in (1, 4) then 'gpt-4.1-mini' end, case when j % 5 in (1, 4) then 300 + j end, case when j % 5 in (1, 4) then 80 + k end, case when j % 5 in (1, 4) then 900 + 10 * k end,
    timestamptz '2026-03-20 09:10+00' - k * interval '11 hours' + j * interval '95 seconds'
  from generate_series(1, 90) k, generate_series(0, 9) j where j < 2 + k % 8 order by k, j;
insert into verdicts (utterance_id, member_id, helpful, reasons, remark, given_at, revised_at)
  select x.id, t.opened_by, x.id % 3 > 0, case when x.id % 3 = 0 then array['inaccurate'] else '{}' end, case x.id % 4 when 0 then 'missed the point' when 1 then '' end,
    x.spoken_at + interval '3 minutes', case when x.id % 9 = 0 then x.spoken_at + interval '1 hour' end
  from utterances x join threads t on t.id = x.thread_id where x.speaker = 'copilot' and t.opened_by is not null and x.id % 5 in (1, 2, 4);
insert into sources select u('source', n), u('workspace', 1 + n % 6), case when n % 9 > 0 then u('member', 1 + n % 40) end, 'Source ' || n,
  'handbook-' || n || (array['.pdf', '.docx', '.md', '.PDF'])[1 + n % 4], (array['application/pdf', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/markdown', 'application/pdf'])[1 + n % 4],
  20000 + 991 * n, (array['indexed', 'indexed', 'broken', 'indexed', 'queued', 'parsing'])[1 + n % 6]::source_state,
  case when n % 6 = 2 then (array['password protected', 'no text layer'])[1 + n / 6 % 2] end, timestamptz '2026-03-19 16:00+00' - n * interval '19 hours',
  case when n % 6 in (0, 1, 3) then timestamptz '2026-03-19 16:04+00' - n * interval '19 hours' end, case when n % 13 = 0 then timestamptz '2026-03-19' end from generate_series(1, 40) n;
insert into passages (source_id, ordinal, content) select u('source', n), i, 'passage ' || i from generate_series(1, 40) n, generate_series(1, 6) i where n % 6 in (0, 1, 3) and i <= 1 + n % 6;
insert into citations select x.id, 1 + x.id % 40, 0.8 from utterances x where speaker = 'copilot' and id % 2 = 0;
insert into saved_prompts select u('prompt', n), u('member', n), 'Tone', 'Rewrite in a friendly tone', timestamptz '2026-02-10' + n * interval '1 day' from generate_series(1, 15) n;
insert into api_tokens select u('token', n), u('workspace', n), 'ci', 'h' || n, timestamptz '2026-02-01', null from generate_series(1, 6) n;
insert into browser_sessions select 's' || n, u('member', 1 + n % 40), 'Mozilla/5.0', '192.0.2.7', timestamptz '2026-03-19' - n * interval '5 hours', timestamptz '2026-04-19' from generate_series(1, 60) n;
insert into workspace_settings select u('workspace', n), '{"tone": "neutral"}' from generate_series(1, 6) n;
insert into feature_flags select 'flag_' || n, n % 2 = 0, n * 10 from generate_series(1, 8) n;
insert into audit_trail (workspace_id, actor_id, action, subject, detail, happened_at) select u('workspace', 1 + n % 6), u('member', 1 + n % 40), (array['member.invited', 'source.added', 'settings.changed'])[1 + n % 3],
  'x' || n, '{}', timestamptz '2026-03-19' - n * interval '7 hours' from generate_series(1, 80) n;
insert into invoices select u('invoice', n), u('workspace', 1 + n % 6), 4900 * n, 'EUR', (array['paid', 'open'])[1 + n % 2], timestamptz '2026-03-01', case when n % 2 = 0 then timestamptz '2026-03-05' end from generate_series(1, 12) n;
insert into usage_counters select u('workspace', n), date '2026-03-01' + d, 5 * d, 1000 * d from generate_series(1, 6) n, generate_series(0, 18) d;
