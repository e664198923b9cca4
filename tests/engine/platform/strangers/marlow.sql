-- An invented database of Marlow, a developer tools vendor's coding agent with tasks, runs and steps (Go, sqlc, text checks, seconds since 1970); its adapter, written by hand before the first run, is in the folder.
create table goose_db_version (id serial primary key, version_id bigint not null, is_applied boolean not null, tstamp timestamp default now());
create table orgs (id text primary key, slug text not null unique, display_name text not null, billing_email text, created_at bigint not null);
create table developers (
  id text primary key, handle text not null unique, email text not null unique, display_name text not null default '', avatar_url text not null default '', site_admin boolean not null default false, suspended boolean not null default false,
  created_at bigint not null, updated_at bigint not null);
create table org_seats (org_id text not null references orgs (id) on delete cascade, developer_id text not null references developers (id) on delete cascade, seat text not null default 'member' check (seat in ('owner', 'member', 'billing')), created_at bigint not null, primary key (org_id, developer_id));
create table repos (id text primary key, org_id text not null references orgs (id) on delete cascade, full_name text not null, default_branch text not null default 'main', indexed_commit text, created_at bigint not null);
create table tasks (
  id text primary key, org_id text not null references orgs (id) on delete cascade, repo_id text references repos (id) on delete set null, requested_by text references developers (id) on delete set null, goal text not null, origin text not null check (origin in ('web', 'cli', 'ide', 'schedule')),
  trashed_at bigint, created_at bigint not null, updated_at bigint not null);
create index tasks_requested_by on tasks (requested_by);
create table runs (
  id text primary key, task_id text not null references tasks (id) on delete cascade, attempt int not null default 1, model text not null, status text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')), error text,
  sandbox_id text, queued_at bigint not null, started_at bigint, ended_at bigint, unique (task_id, attempt));
create table steps (
  id text primary key, run_id text not null references runs (id) on delete cascade, seq int not null, actor text not null check (actor in ('developer', 'agent', 'tool', 'runtime')), kind text not null check (kind in ('prompt', 'reply', 'call', 'result', 'notice')), tool_name text,
  content text not null default '', input_tokens int, output_tokens int, duration_ms int, created_at bigint not null, unique (run_id, seq));
create table step_votes (step_id text not null references steps (id) on delete cascade, developer_id text not null references developers (id) on delete cascade, vote smallint not null check (vote in (-1, 1)), because text, created_at bigint not null, primary key (step_id, developer_id));
create table artifacts (id text primary key, run_id text not null references runs (id) on delete cascade, kind text not null, path text not null, size_bytes bigint not null, created_at bigint not null);
create table reference_docs (
  id text primary key, org_id text not null references orgs (id) on delete cascade, added_by text references developers (id) on delete set null, filename text not null, bytes bigint not null, sync_status text not null check (sync_status in ('waiting', 'syncing', 'synced', 'errored')),
  sync_error text, chunk_count int not null default 0, created_at bigint not null, updated_at bigint not null, trashed_at bigint);
create table personal_tokens (id text primary key, developer_id text not null references developers (id) on delete cascade, hash text not null, scopes text[] not null default '{}', created_at bigint not null, expires_at bigint);
create table ssh_keys (id text primary key, developer_id text not null references developers (id) on delete cascade, fingerprint text not null, created_at bigint not null);
create table webhooks (id text primary key, org_id text not null references orgs (id) on delete cascade, url text not null, secret text not null, active boolean not null default true, created_at bigint not null);
create table webhook_deliveries (id bigserial primary key, webhook_id text not null references webhooks (id) on delete cascade, event text not null, status_code int, delivered_at bigint not null);
create table usage_ledger (org_id text not null references orgs (id) on delete cascade, day date not null, input_tokens bigint not null, output_tokens bigint not null, compute_seconds bigint not null, primary key (org_id, day));
create table experiments (name text primary key, rollout real not null default 0, updated_at bigint not null);
create table org_policies (org_id text primary key references orgs (id) on delete cascade, policy jsonb not null default '{}', updated_at bigint not null);
create table audit_events (id bigserial primary key, org_id text not null, developer_id text, event text not null, data jsonb, created_at bigint not null);

create function i(prefix text, n int) returns text language sql immutable as $$ select prefix || '_' || upper(substr(md5(prefix || n), 1, 20)) $$;
create function e(t timestamptz) returns bigint language sql immutable as $$ select extract(epoch from t)::bigint $$;
insert into goose_db_version (version_id, is_applied) select 20251000 + n, true from generate_series(1, 15) n;
insert into orgs select i('org', n), 'org-' || n, (array['Acorn', 'Bluefin', 'Cobalt', 'Driftwood'])[n], 'billing' || n || '@example.org', e('2026-01-15') from generate_series(1, 4) n;
insert into developers select i('dev', n), 'dev' || n, 'dev' || n || '@example.org', case when n % 6 > 0 then (array['Priya N', 'Oskar L', 'Mei C', 'Tomas V'])[1 + n % 4] || ' ' || n else '' end, '', n in (3, 20), n % 12 = 0,
  e(timestamptz '2026-03-19 11:00+00' - n * interval '22 hours'), e(timestamptz '2026-03-19 12:00+00' - n * interval '4 hours') from generate_series(1, 40) n;
insert into org_seats select i('org', 1 + n % 4), i('dev', n), (array['member', 'member', 'owner', 'member', 'billing'])[1 + n % 5], e('2026-02-01') from generate_series(1, 40) n;
insert into repos select i('repo', n), i('org', 1 + n % 4), 'org/repo-' || n, 'main', md5('r' || n), e('2026-01-20') from generate_series(1, 12) n;
insert into tasks select i('task', n), i('org', 1 + n % 4), case when n % 5 > 0 then i('repo', 1 + n % 12) end, case when n % 10 > 0 then i('dev', 1 + n * 7 % 36) end, (array['Fix the flaky test', 'Upgrade the linter', 'Add pagination'])[1 + n % 3],
  case when n % 10 = 0 then 'schedule' else (array['web', 'cli', 'ide'])[1 + n % 3] end, case when n % 11 = 0 then t + 90000 end, t, t + 4000 from generate_series(1, 80) n, lateral (select e(timestamptz '2026-03-20 07:30+00' - n * interval '12 hours 20 minutes') as t) x;
insert into runs select i('run', n * 10 + a), i('task', n), a, (array['sonnet', 'gpt-5-mini'])[1 + n % 2], s, case when s = 'failed' then 'exit status 1' end, 'sb-' || n, t, t + 5, case when s <> 'running' then t + 900 end
  from generate_series(1, 80) n, generate_series(1, 2) a, lateral (select e(timestamptz '2026-03-20 07:30+00' - n * interval '12 hours 20 minutes') + (a - 1) * 2400 as t, case when n = 1 then 'running' when a = 1 and n % 4 = 0 then 'failed' when n % 9 = 0 then 'cancelled' else 'succeeded' end as s) x where a = 1 or n % 4 = 0;
insert into steps (id, run_id, seq, actor, kind, tool_name, content, input_tokens, output_tokens, duration_ms, created_at)
  select i('step', n * 1000 + a * 100 + j), i('run', n * 10 + a), j, p[1], p[2], case when p[1] in ('tool') or p[2] = 'call' then (array['bash', 'edit_file'])[1 + j % 2] end, (array['Please fix the flaky test', 'Done, see the diff.', 'ok'])[1 + j % 3],
    case when p[1] = 'agent' then 900 + j end, case when p[1] = 'agent' then 100 + n end, case when p[1] in ('agent', 'tool') then 1500 end, e(timestamptz '2026-03-20 07:30+00' - n * interval '12 hours 20 minutes') + (a - 1) * 2400 + j * 40
  from generate_series(1, 80) n, generate_series(1, 2) a, generate_series(0, 9) j, lateral (select (array[array['runtime', 'notice'], array['developer', 'prompt'], array['agent', 'call'], array['tool', 'result'], array['agent', 'reply'], array['developer', 'prompt'], array['agent', 'reply'], array['developer', 'prompt'], array['agent', 'call'], array['tool', 'result']])[1 + j : 1 + j] as q) x,
    lateral (select array[q[1][1], q[1][2]] as p) y where (a = 1 or n % 4 = 0) and j < 5 + n % 5;
insert into step_votes select s.id, t.requested_by, case when ascii(substr(s.id, 6, 1)) % 3 > 0 then 1 else -1 end, case ascii(substr(s.id, 7, 1)) % 4 when 0 then 'wrong file' when 1 then '' end, s.created_at + 200
  from steps s join runs r on r.id = s.run_id join tasks t on t.id = r.task_id where s.kind = 'reply' and t.requested_by is not null and ascii(substr(s.id, 8, 1)) % 3 > 0;
insert into artifacts select i('art', n), i('run', n * 10 + 1), 'patch', 'out/' || n || '.diff', 400 + n, e('2026-03-10') from generate_series(1, 60) n;
insert into reference_docs select i('doc', n), i('org', 1 + n % 4), case when n % 7 > 0 then i('dev', 1 + n % 36) end, 'guide-' || n || (array['.md', '.pdf', '.rst', '.markdown'])[1 + n % 4], 3000 + n * 97, s, case when s = 'errored' then (array['403 from origin', 'file too large'])[1 + n / 6 % 2] end,
  case when s = 'synced' then 3 + n % 9 else 0 end, t, t + 700, case when n % 13 = 0 then t + 100000 end from generate_series(1, 40) n, lateral (select e(timestamptz '2026-03-18 09:00+00' - n * interval '20 hours') as t, (array['synced', 'synced', 'errored', 'synced', 'waiting', 'syncing'])[1 + n % 6] as s) x;
insert into personal_tokens select i('tok', n), i('dev', n), md5('h' || n), '{repo}', e('2026-02-10'), null from generate_series(1, 20) n;
insert into ssh_keys select i('key', n), i('dev', n), 'SHA256:' || md5('s' || n), e('2026-02-10') from generate_series(1, 20) n;
insert into webhooks select i('hook', n), i('org', n), 'https://example.org/hook', 's', true, e('2026-02-10') from generate_series(1, 4) n;
insert into webhook_deliveries (webhook_id, event, status_code, delivered_at) select i('hook', 1 + n % 4), (array['run.ended', 'task.created'])[1 + n % 2], 200, e(timestamptz '2026-03-19' - n * interval '3 hours') from generate_series(1, 90) n;
insert into usage_ledger select i('org', n), date '2026-03-01' + d, 1000 * d, 200 * d, 60 * d from generate_series(1, 4) n, generate_series(0, 18) d;
insert into experiments select 'exp_' || n, 0.1 * n, e('2026-02-01') from generate_series(1, 6) n;
insert into org_policies select i('org', n), '{"network": false}', e('2026-02-01') from generate_series(1, 4) n;
insert into audit_events (org_id, developer_id, event, data, created_at) select i('org', 1 + n % 4), i('dev', 1 + n % 40), (array['seat.added', 'policy.changed', 'token.created'])[1 + n % 3], '{}', e(timestamptz '2026-03-19' - n * interval '5 hours') from generate_series(1, 80) n;
