-- An invented database of Patchbay, a coding assistant for teams (Go, hand-written migrations; a schema for each tenant with its own sequences, so that ids repeat; people are shared in public); its adapter, written by hand before the first run, is in the folder.
create function pg_temp.h(k text, m int) returns int language sql immutable as $$ select ('x' || substr(md5(k), 1, 7))::bit(28)::int % m $$;
create function pg_temp.pick(k text, variadic a text[]) returns text language sql immutable as $$ select a[1 + pg_temp.h(k, array_length(a, 1))] $$;
create table public.goose_db_version (id serial primary key, version_id bigint not null, is_applied boolean not null, tstamp timestamp default now());
create table public.tenant (slug text primary key, display_name text not null, schema_name text not null unique, plan text not null, seats int not null, created timestamptz not null default now());
create table public.developer (
  id bigint generated always as identity primary key, login text not null unique, email text not null, real_name text, avatar_url text, site_admin boolean not null default false, suspended_at timestamptz, created timestamptz not null default now(), changed timestamptz);
create table public.membership (tenant text not null references public.tenant (slug), developer bigint not null references public.developer (id), is_owner boolean not null default false, joined timestamptz not null default now(), primary key (tenant, developer));
create table public.oauth_grant (id bigint generated always as identity primary key, developer bigint not null references public.developer (id), provider text not null, scope text, expires timestamptz);
create table public.access_token (id bigint generated always as identity primary key, developer bigint not null references public.developer (id), hash bytea not null, label text, last_used timestamptz, created timestamptz not null default now());
create table public.invoice (id bigint generated always as identity primary key, tenant text not null references public.tenant (slug), month date not null, cents int not null, paid boolean not null);
create table public.model_price (model text primary key, input_microcents bigint not null, output_microcents bigint not null);
create table public.webhook_event (id bigint generated always as identity primary key, source text not null, kind text not null, body jsonb not null, received timestamptz not null default now());
create table public.job (id bigint generated always as identity primary key, kind text not null, payload jsonb not null, state text not null, tries int not null default 0, created timestamptz not null default now(), done timestamptz);
insert into public.tenant values ('acme', 'Acme Robotics', 'tenant_acme', 'team', 40, '2025-12-10'), ('borealis', 'Borealis Maps', 'tenant_borealis', 'team', 25, '2025-12-12'), ('cinder', 'Cinder Games', 'tenant_cinder', 'pro', 15, '2025-12-20');
insert into public.developer (login, email, real_name, avatar_url, site_admin, suspended_at, created, changed)
  select lower(g) || '-' || n, 'd' || n || '@patchbay.example', case when n % 6 > 0 then g || ' ' || pg_temp.pick('f' || n, 'Aalto', 'Brandt', 'Chen', 'Duarte', 'Eze') end, 'https://avatars.example/' || n, n in (1, 30), case when n % 13 = 0 then t + interval '22 days' end, t, case when n % 13 = 0 then t + interval '22 days' when n % 3 > 0 then t + interval '3 days' end
  from generate_series(1, 80) n, lateral (select timestamptz '2026-01-02 06:00+00' + (n / 3) * interval '61 hours' + n * interval '17 minutes' as t, pg_temp.pick('g' || n, 'Aino', 'Bela', 'Chike', 'Dora', 'Emil', 'Fen') as g) x;
insert into public.membership select (array['acme', 'borealis', 'cinder'])[1 + n % 3], n, n < 5, created from public.developer, lateral (select id as n) x;
insert into public.membership select 'acme', id, false, created from public.developer where id % 6 = 1 on conflict do nothing;
do $do$
declare s text;
begin
  foreach s in array array['tenant_acme', 'tenant_borealis', 'tenant_cinder', 'tenant_template'] loop
    execute format($q$
      create schema %1$I;
      create table %1$I.repository (id bigint generated always as identity primary key, full_name text not null, default_branch text not null default 'main', linked timestamptz not null default now());
      create table %1$I.chat (id bigint generated always as identity primary key, developer bigint references public.developer (id), repository bigint references %1$I.repository (id), branch text, headline text, opened_from text not null default 'ide', removed timestamptz, created timestamptz not null default now(), changed timestamptz);
      create table %1$I.turn (id bigint generated always as identity primary key, chat bigint not null references %1$I.chat (id) on delete cascade, author text not null check (author in ('developer', 'agent', 'tool', 'system')), body text not null, model text, tokens_in int, tokens_out int, took_ms int, created timestamptz not null default now());
      create index on %1$I.turn (chat);
      create table %1$I.turn_mark (turn bigint not null references %1$I.turn (id) on delete cascade, developer bigint not null references public.developer (id), useful boolean not null, why text, created timestamptz not null default now(), primary key (turn, developer));
      create table %1$I.indexed_file (id bigint generated always as identity primary key, repository bigint references %1$I.repository (id), path text not null, bytes bigint, state text not null default 'queued' check (state in ('queued', 'running', 'indexed', 'failed')), failure text, added_by bigint references public.developer (id), removed timestamptz, created timestamptz not null default now(), changed timestamptz);
      create table %1$I.snippet (file bigint not null references %1$I.indexed_file (id) on delete cascade, n int not null, body text not null, primary key (file, n));
      create table %1$I.patch (id bigint generated always as identity primary key, chat bigint not null references %1$I.chat (id) on delete cascade, diff text not null, applied boolean not null, created timestamptz not null default now());
      create table %1$I.setting (name text primary key, value jsonb not null);
      create table %1$I.usage_by_day (day date not null, developer bigint not null references public.developer (id), tokens bigint not null, primary key (day, developer));
    $q$, s);
  end loop;
end $do$;
do $do$
declare s text; z int; z0 int := 0;
begin
  foreach s in array array['acme', 'borealis', 'cinder'] loop
    z0 := z0 + 1; z := (array[190, 140, 90])[z0];
    execute format($q$
      insert into tenant_%1$s.repository (full_name, linked) select '%1$s/' || pg_temp.pick('%1$s' || n, 'core', 'web', 'tools', 'infra') || n, timestamptz '2026-01-03' + n * interval '1 day' from generate_series(1, 6) n;
      insert into tenant_%1$s.chat (developer, repository, branch, headline, opened_from, removed, created, changed)
        select d.id, 1 + n %% 6, pg_temp.pick('%1$sb' || n, 'main', 'fix/login', 'feat/export'), case when n %% 5 > 0 then pg_temp.pick('%1$sh' || n, 'Flaky test in CI', 'Explain this regex', 'Migrate to Go 1.24', 'Null pointer in export', 'Write a unit test') end, case when d.id is null then 'ci' else pg_temp.pick('%1$so' || n, 'ide', 'web', 'ide') end, case when n %% 13 = 0 then t + interval '2 days' end, t, t + interval '20 minutes'
        from generate_series(1, %2$s) n left join lateral (select id, created as ct from public.developer where n %% 8 > 0 and id = 3 * pg_temp.h('%1$sd' || n, least(26, 3 + n / 4)) + %3$s) d on true, lateral (select greatest(timestamptz '2026-01-05 07:00+00' + n * interval '1 hour' * (1750.0 / %2$s) + pg_temp.h('%1$st' || n, 300) * interval '1 minute', d.ct + interval '50 minutes') as t) x order by t;
      insert into tenant_%1$s.turn (chat, author, body, model, tokens_in, tokens_out, took_ms, created)
        select c.id, r, case r when 'developer' then pg_temp.pick('q' || k, 'Why does this test fail only in CI?', 'rename it everywhere', 'What does (?=x) do?', 'Show me the diff', 'still red') when 'agent' then pg_temp.pick('a' || k, 'The test depends on the time zone of the runner.', 'I renamed 14 occurrences in 6 files.', 'It is a lookahead: it matches without consuming.', 'Here is the diff.') when 'tool' then 'exit code 0' else 'Repository context loaded' end, case when r = 'agent' then 'claude-sonnet-4' end, case when r = 'agent' then 2000 + j end, case when r = 'agent' then 300 + j end, case when r = 'agent' then 4000 + pg_temp.h('ms' || k, 9000) end, t
        from tenant_%1$s.chat c, generate_series(0, 17) j, lateral (select '%1$s' || c.id || '-' || j as k, case when j = 0 then case when c.id %% 3 = 0 then 'system' end when j %% 3 = 1 then 'developer' when j %% 3 = 2 then case when pg_temp.h('%1$stl' || c.id || j, 2) = 0 then 'tool' end else 'agent' end as r, c.created + j * interval '31 seconds' + pg_temp.h('%1$sj' || c.id || (j / 3), 25) * interval '1 second' as t) x where r is not null and j <= 3 * (1 + pg_temp.h('%1$sl' || c.id, 6)) order by t;
      insert into tenant_%1$s.turn_mark select t.id, c.developer, pg_temp.h('%1$su' || t.id, 10) < 7, case pg_temp.h('%1$sw' || t.id, 4) when 0 then pg_temp.pick('%1$sx' || t.id, 'compiles', 'invented an API', 'good catch', 'too many changes') when 1 then '' end, t.created + interval '80 seconds' from tenant_%1$s.turn t join tenant_%1$s.chat c on c.id = t.chat where t.author = 'agent' and c.developer is not null and pg_temp.h('%1$sm' || t.id, 4) = 0;
      insert into tenant_%1$s.indexed_file (repository, path, bytes, state, failure, added_by, removed, created, changed)
        select 1 + n %% 6, pg_temp.pick('%1$sp' || n, 'docs/', 'adr/', '') || pg_temp.pick('%1$sq' || n, 'README', 'setup', 'decisions', 'api') || n || '.' || pg_temp.pick('%1$se' || n, 'md', 'md', 'txt', 'rst', 'pdf'), case when n %% 12 > 0 then 900 + n * 317 end, st, case when st = 'failed' then pg_temp.pick('%1$sf' || n, 'binary file', 'too large') end, case when n %% 7 > 0 then 3 * (n %% 5) + %3$s end, case when n %% 11 = 0 then t + interval '4 days' end, t, t + interval '1 minute'
        from generate_series(1, %2$s / 4) n, lateral (select timestamptz '2026-01-25 12:00+00' + n * interval '23 hours' as t, pg_temp.pick('%1$ss' || n, 'indexed', 'indexed', 'indexed', 'failed', 'queued', 'running') as st) x;
      insert into tenant_%1$s.snippet select f.id, i, 'Lines ' || i from tenant_%1$s.indexed_file f, generate_series(1, 10) i where f.state = 'indexed' and i <= 1 + pg_temp.h('%1$sn' || f.id, 10);
      insert into tenant_%1$s.patch (chat, diff, applied, created) select id, '--- a\n+++ b', id %% 3 > 0, created + interval '2 minutes' from tenant_%1$s.chat where id %% 3 > 0;
      insert into tenant_%1$s.setting values ('model', '"claude-sonnet-4"'), ('auto_apply', 'false');
      insert into tenant_%1$s.usage_by_day select created::date, developer, count(*) * 3000 from tenant_%1$s.chat where developer is not null group by 1, 2;
    $q$, s, z, z0);
  end loop;
end $do$;
insert into public.goose_db_version (version_id, is_applied, tstamp) select n, true, timestamp '2025-11-01' + n * interval '3 days' from generate_series(0, 26) n;
insert into public.oauth_grant (developer, provider, scope, expires) select n, pg_temp.pick('og' || n, 'github', 'gitlab'), 'repo', timestamptz '2026-04-01' from generate_series(1, 80) n;
insert into public.access_token (developer, hash, label, last_used, created) select n, decode(md5('at' || n), 'hex'), 'ide', '2026-03-15', '2026-03-01' from generate_series(1, 60) n;
insert into public.invoice (tenant, month, cents, paid) select slug, m, 40000, m < date '2026-03-01' from public.tenant, unnest(array[date '2026-01-01', date '2026-02-01', date '2026-03-01']) m;
insert into public.model_price values ('claude-sonnet-4', 300, 1500), ('gpt-4.1', 200, 800);
insert into public.webhook_event (source, kind, body, received) select 'github', pg_temp.pick('wk' || n, 'push', 'pull_request', 'installation'), '{}', timestamptz '2026-03-01' + n * interval '2 hours' from generate_series(1, 150) n;
insert into public.job (kind, payload, state, tries, created, done) select pg_temp.pick('jk' || n, 'index_file', 'send_invoice'), '{}', case when n % 10 = 0 then 'failed' else 'done' end, 1, timestamptz '2026-03-05' + n * interval '3 hours', timestamptz '2026-03-05' + n * interval '3 hours' from generate_series(1, 90) n;
