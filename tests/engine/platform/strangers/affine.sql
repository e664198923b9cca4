-- An invented database with the tables and types of a public schema of a workspace with a copilot (AFFiNE); its adapter, written by hand before the first run, is in the folder.
create type "AiPromptRole" as enum ('system', 'assistant', 'user');
create type "RuntimeConfigType" as enum ('String', 'Number', 'Boolean', 'Object', 'Array');
create table users (id varchar not null constraint "users_pkey" primary key, name varchar not null, email varchar not null, email_verified
  timestamptz(3), avatar_url varchar, created_at timestamptz(3) not null default current_timestamp, password varchar, registered boolean not null
  default true);
create unique index "users_email_key" on users (email);
create index "users_email_idx" on users (email);
create table user_connected_accounts (id varchar not null constraint "user_connected_accounts_pkey" primary key, user_id varchar not null, provider
  varchar not null, provider_account_id varchar not null, scope text, access_token text, refresh_token text, expires_at timestamptz(3), created_at
  timestamptz(3) not null default current_timestamp, updated_at timestamptz(3) not null);
create index "user_connected_accounts_user_id_idx" on user_connected_accounts (user_id);
create index "user_connected_accounts_provider_account_id_idx" on user_connected_accounts (provider_account_id);
create table multiple_users_sessions (id varchar not null constraint "multiple_users_sessions_pkey" primary key, created_at timestamptz(3) not null
  default current_timestamp, expires_at timestamptz(3));
create table user_sessions (id varchar not null constraint "user_sessions_pkey" primary key, session_id varchar not null, user_id varchar not null,
  expires_at timestamptz(3), created_at timestamptz(3) not null default current_timestamp);
create unique index "user_sessions_session_id_user_id_key" on user_sessions (session_id, user_id);
create table verification_tokens (token varchar not null, type smallint not null, credential text, "expiresAt" timestamptz(3) not null);
create unique index "verification_tokens_type_token_key" on verification_tokens (type, token);
create table workspaces (id varchar not null constraint "workspaces_pkey" primary key, public boolean not null, enable_url_preview boolean not null
  default false, created_at timestamptz(3) not null default current_timestamp);
create table workspace_pages (workspace_id varchar not null, page_id varchar not null, public boolean not null default false, mode smallint not null
  default 0, constraint "workspace_pages_pkey" primary key (workspace_id, page_id));
create table workspace_user_permissions (id varchar not null constraint "workspace_user_permissions_pkey" primary key, workspace_id varchar not null,
  user_id varchar not null, type smallint not null, accepted boolean not null default false, created_at timestamptz(3) not null default
  current_timestamp);
create unique index "workspace_user_permissions_workspace_id_user_id_key" on workspace_user_permissions (workspace_id, user_id);
create index "workspace_user_permissions_user_id_idx" on workspace_user_permissions (user_id);
create table workspace_page_user_permissions (id varchar not null constraint "workspace_page_user_permissions_pkey" primary key, workspace_id varchar
  not null, page_id varchar not null, user_id varchar not null, type smallint not null, accepted boolean not null default false, created_at
  timestamptz(3) not null default current_timestamp);
create unique index "workspace_page_user_permissions_workspace_id_page_id_user_id_key" on workspace_page_user_permissions (workspace_id, page_id,
  user_id);
create table user_features (id serial not null constraint "user_features_pkey" primary key, user_id varchar not null, feature_id integer not null,
  reason varchar not null, created_at timestamptz(3) not null default current_timestamp, expired_at timestamptz(3), activated boolean not null default
  false);
create index "user_features_user_id_idx" on user_features (user_id);
create table workspace_features (id serial not null constraint "workspace_features_pkey" primary key, workspace_id varchar not null, feature_id
  integer not null, reason varchar not null, created_at timestamptz(3) not null default current_timestamp, expired_at timestamptz(3), activated
  boolean not null default false);
create table features (id serial not null constraint "features_pkey" primary key, feature varchar not null, version integer not null default 0, type
  integer not null, configs json not null, created_at timestamptz(3) not null default current_timestamp);
create unique index "features_feature_version_key" on features (feature, version);
create table snapshots (workspace_id varchar not null, guid varchar not null, blob bytea not null, state bytea, created_at timestamptz(3) not null
  default current_timestamp, updated_at timestamptz(3) not null, created_by varchar, updated_by varchar, seq integer default 0, constraint
  "snapshots_pkey" primary key (workspace_id, guid));
create index "snapshots_workspace_id_updated_at_idx" on snapshots (workspace_id, updated_at);
create table user_snapshots (user_id varchar not null, id varchar not null, blob bytea not null, created_at timestamptz(3) not null default
  current_timestamp, updated_at timestamptz(3) not null, constraint "user_snapshots_pkey" primary key (user_id, id));
create table updates (workspace_id varchar not null, guid varchar not null, blob bytea not null, created_at timestamptz(3) not null, created_by
  varchar, seq integer, constraint "updates_pkey" primary key (workspace_id, guid, created_at));
create table snapshot_histories (workspace_id varchar not null, guid varchar not null, timestamp timestamptz(3) not null, blob bytea not null, state
  bytea, expired_at timestamptz(3) not null, created_by varchar, constraint "snapshot_histories_pkey" primary key (workspace_id, guid, timestamp));
create table user_stripe_customers (user_id varchar not null constraint "user_stripe_customers_pkey" primary key, stripe_customer_id varchar not null,
  created_at timestamptz(3) not null default current_timestamp);
create unique index "user_stripe_customers_stripe_customer_id_key" on user_stripe_customers (stripe_customer_id);
create table user_subscriptions (id serial not null constraint "user_subscriptions_pkey" primary key, user_id varchar not null, plan varchar(20) not
  null, recurring varchar(20) not null, variant varchar(20), stripe_subscription_id text, status varchar(20) not null, start timestamptz(3) not null,
  "end" timestamptz(3), next_bill_at timestamptz(3), canceled_at timestamptz(3), trial_start timestamptz(3), trial_end timestamptz(3),
  stripe_schedule_id varchar, created_at timestamptz(3) not null default current_timestamp, updated_at timestamptz(3) not null);
create unique index "user_subscriptions_stripe_subscription_id_key" on user_subscriptions (stripe_subscription_id);
create unique index "user_subscriptions_user_id_plan_key" on user_subscriptions (user_id, plan);
create table user_invoices (id serial not null constraint "user_invoices_pkey" primary key, user_id varchar not null, stripe_invoice_id text not null,
  currency varchar(3) not null, amount integer not null, status varchar(20) not null, plan varchar(20) not null, recurring varchar(20) not null,
  created_at timestamptz(3) not null default current_timestamp, updated_at timestamptz(3) not null, reason varchar not null, last_payment_error text,
  link text);
create unique index "user_invoices_stripe_invoice_id_key" on user_invoices (stripe_invoice_id);
create table ai_prompts_messages (prompt_id integer not null, idx integer not null, role "AiPromptRole" not null, content text not null, attachments
  json, params json, created_at timestamptz(3) not null default current_timestamp);
create unique index "ai_prompts_messages_prompt_id_idx_key" on ai_prompts_messages (prompt_id, idx);
create table ai_prompts_metadata (id serial not null constraint "ai_prompts_metadata_pkey" primary key, name varchar(32) not null, action varchar,
  model varchar not null, config json, created_at timestamptz(3) not null default current_timestamp, updated_at timestamptz(3) not null default
  current_timestamp, modified boolean not null default false);
create unique index "ai_prompts_metadata_name_key" on ai_prompts_metadata (name);
create table ai_sessions_messages (id varchar not null constraint "ai_sessions_messages_pkey" primary key, session_id varchar not null, role
  "AiPromptRole" not null, content text not null, attachments json, params json, created_at timestamptz(3) not null default current_timestamp,
  updated_at timestamptz(3) not null);
create index "ai_sessions_messages_session_id_idx" on ai_sessions_messages (session_id);
create table ai_sessions_metadata (id varchar not null constraint "ai_sessions_metadata_pkey" primary key, user_id varchar not null, workspace_id
  varchar not null, doc_id varchar not null, prompt_name varchar(32) not null, parent_session_id varchar, "messageCost" integer not null default 0,
  "tokenCost" integer not null default 0, created_at timestamptz(3) not null default current_timestamp, deleted_at timestamptz(3));
create index "ai_sessions_metadata_user_id_idx" on ai_sessions_metadata (user_id);
create index "ai_sessions_metadata_user_id_workspace_id_idx" on ai_sessions_metadata (user_id, workspace_id);
create table _data_migrations (id varchar not null constraint "_data_migrations_pkey" primary key, name varchar not null, started_at timestamptz(3)
  not null default current_timestamp, finished_at timestamptz(3));
create table app_runtime_settings (id varchar not null constraint "app_runtime_settings_pkey" primary key, type "RuntimeConfigType" not null, module
  varchar not null, key varchar not null, value json not null, description text not null, updated_at timestamptz(3) not null, deleted_at
  timestamptz(3), last_updated_by varchar);
create unique index "app_runtime_settings_module_key_key" on app_runtime_settings (module, key);
alter table user_connected_accounts add constraint "user_connected_accounts_user_id_fkey" foreign key (user_id) references users (id) on delete
  cascade on update cascade;
alter table user_sessions add constraint "user_sessions_session_id_fkey" foreign key (session_id) references multiple_users_sessions (id) on delete
  cascade on update cascade;
alter table user_sessions add constraint "user_sessions_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on update cascade;
alter table workspace_pages add constraint "workspace_pages_workspace_id_fkey" foreign key (workspace_id) references workspaces (id) on delete cascade
  on update cascade;
alter table workspace_user_permissions add constraint "workspace_user_permissions_user_id_fkey" foreign key (user_id) references users (id) on delete
  cascade on update cascade;
alter table workspace_user_permissions add constraint "workspace_user_permissions_workspace_id_fkey" foreign key (workspace_id) references workspaces
  (id) on delete cascade on update cascade;
alter table workspace_page_user_permissions add constraint "workspace_page_user_permissions_user_id_fkey" foreign key (user_id) references users (id)
  on delete cascade on update cascade;
alter table workspace_page_user_permissions add constraint "workspace_page_user_permissions_workspace_id_fkey" foreign key (workspace_id) references
  workspaces (id) on delete cascade on update cascade;
alter table user_features add constraint "user_features_feature_id_fkey" foreign key (feature_id) references features (id) on delete cascade on update
  cascade;
alter table user_features add constraint "user_features_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on update cascade;
alter table workspace_features add constraint "workspace_features_feature_id_fkey" foreign key (feature_id) references features (id) on delete cascade
  on update cascade;
alter table workspace_features add constraint "workspace_features_workspace_id_fkey" foreign key (workspace_id) references workspaces (id) on delete
  cascade on update cascade;
alter table snapshots add constraint "snapshots_created_by_fkey" foreign key (created_by) references users (id) on delete set null on update cascade;
alter table snapshots add constraint "snapshots_updated_by_fkey" foreign key (updated_by) references users (id) on delete set null on update cascade;
alter table user_snapshots add constraint "user_snapshots_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on update
  cascade;
alter table updates add constraint "updates_created_by_fkey" foreign key (created_by) references users (id) on delete set null on update cascade;
alter table snapshot_histories add constraint "snapshot_histories_created_by_fkey" foreign key (created_by) references users (id) on delete set null
  on update cascade;
alter table user_stripe_customers add constraint "user_stripe_customers_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on
  update cascade;
alter table user_subscriptions add constraint "user_subscriptions_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on
  update cascade;
alter table user_invoices add constraint "user_invoices_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on update cascade;
alter table ai_prompts_messages add constraint "ai_prompts_messages_prompt_id_fkey" foreign key (prompt_id) references ai_prompts_metadata (id) on
  delete cascade on update cascade;
alter table ai_sessions_messages add constraint "ai_sessions_messages_session_id_fkey" foreign key (session_id) references ai_sessions_metadata (id)
  on delete cascade on update cascade;
alter table ai_sessions_metadata add constraint "ai_sessions_metadata_user_id_fkey" foreign key (user_id) references users (id) on delete cascade on
  update cascade;
alter table ai_sessions_metadata add constraint "ai_sessions_metadata_prompt_name_fkey" foreign key (prompt_name) references ai_prompts_metadata
  (name) on delete cascade on update cascade;
alter table app_runtime_settings add constraint "app_runtime_settings_last_updated_by_fkey" foreign key (last_updated_by) references users (id) on
  delete set null on update cascade;
create function u(kind text, n int) returns varchar language sql immutable as $$ select (md5(kind || n)::uuid)::varchar $$;
insert into users (id, name, email, email_verified, avatar_url, created_at, password, registered)
  select u('user', n), case when n % 16 = 0 then 'Unnamed' else 'Name ' || n end, n || '@example.org', case when n % 16 > 0 then timestamptz '2026-03-18 12:00+00' - n * interval '18 hours' end, null, timestamptz '2026-03-18 11:00+00' - n * interval '18 hours',
  case when n % 3 = 0 then 'h' end, n % 16 > 0 from generate_series(1, 48) n;
insert into user_connected_accounts (id, user_id, provider, provider_account_id, created_at, updated_at) select u('account', n), u('user', n), 'google', 'g' || n, timestamptz '2026-03-18 11:00+00' - n * interval '18 hours', timestamptz '2026-03-18 12:00+00'
  from generate_series(1, 48) n where n % 3 = 1;
insert into multiple_users_sessions (id, created_at) select u('browser', n), timestamptz '2026-03-18 11:00+00' - n * interval '9 hours' from generate_series(1, 50) n;
insert into user_sessions (id, session_id, user_id, expires_at, created_at) select u('sign', n), u('browser', n), u('user', 1 + n % 48), timestamptz '2026-04-18 11:00+00', timestamptz '2026-03-18 11:00+00' - n * interval '9 hours' from generate_series(1, 50) n;
insert into workspaces (id, public, enable_url_preview, created_at) select u('workspace', n), n % 6 = 0, false, timestamptz '2026-03-15 11:00+00' - n * interval '50 hours' from generate_series(1, 14) n;
insert into workspace_pages (workspace_id, page_id, public, mode) select u('workspace', 1 + n % 14), u('page', n), n % 9 = 0, n % 2 from generate_series(1, 40) n;
insert into workspace_user_permissions (id, workspace_id, user_id, type, accepted, created_at) select u('permission', n), u('workspace', 1 + n % 14), u('user', n), case when n < 15 then 99 else 1 end, n % 16 > 0, timestamptz '2026-03-18 11:30+00' - n * interval '18 hours'
  from generate_series(1, 48) n;
insert into features (feature, version, type, configs, created_at) values ('free_plan_v1', 4, 1, '{}', timestamptz '2026-01-05'), ('administrator', 1, 0, '{}', timestamptz '2026-01-05'), ('unlimited_copilot', 1, 0, '{}', timestamptz '2026-01-05');
insert into user_features (user_id, feature_id, reason, created_at, activated) select u('user', n), 1, 'sign up', timestamptz '2026-03-18 11:00+00' - n * interval '18 hours', true from generate_series(1, 48) n;
insert into user_features (user_id, feature_id, reason, created_at, activated) select u('user', n), case when n % 2 = 0 then 2 else 3 end, 'admin', timestamptz '2026-02-20 11:00+00', n <> 6 from generate_series(1, 8) n where n in (2, 3, 5, 6, 8);
insert into snapshots (workspace_id, guid, blob, created_at, updated_at, created_by, updated_by, seq) select u('workspace', 1 + n % 14), u('page', n), '\x00', timestamptz '2026-03-14 11:00+00' - n * interval '10 hours', timestamptz '2026-03-19 11:00+00', u('user', 1 + n % 48), u('user', 1 + n % 48), n
  from generate_series(1, 40) n;
insert into updates (workspace_id, guid, blob, created_at, created_by, seq) select u('workspace', 1 + n % 14), u('page', n), '\x00', timestamptz '2026-03-19 11:00+00' - n * interval '1 hour', u('user', 1 + n % 48), n from generate_series(1, 40) n;
insert into snapshot_histories (workspace_id, guid, "timestamp", blob, expired_at, created_by) select u('workspace', 1 + n % 14), u('page', n), timestamptz '2026-03-16 11:00+00' - n * interval '1 hour', '\x00', timestamptz '2026-04-16', u('user', 1 + n % 48) from generate_series(1, 40) n;
insert into user_subscriptions (user_id, plan, recurring, status, start, created_at, updated_at) select u('user', n), 'ai', 'yearly', 'active', timestamptz '2026-02-20 11:00+00', timestamptz '2026-02-20 11:00+00', timestamptz '2026-02-20 11:00+00' from generate_series(1, 9) n;
insert into user_invoices (user_id, stripe_invoice_id, currency, amount, status, plan, recurring, created_at, updated_at, reason) select u('user', n), 'in_' || n, 'usd', 10680, 'paid', 'ai', 'yearly', timestamptz '2026-02-20 11:00+00', timestamptz '2026-02-20 11:00+00', 'subscription_create'
  from generate_series(1, 9) n;
insert into ai_prompts_metadata (name, action, model, created_at, updated_at) values ('Chat With AFFiNE AI', null, 'gpt-4o', timestamptz '2026-01-05', timestamptz '2026-01-05'), ('Summary', 'Summary', 'gpt-4o-mini', timestamptz '2026-01-05', timestamptz '2026-01-05'),
  ('Translate to', 'Translate', 'gpt-4o-mini', timestamptz '2026-01-05', timestamptz '2026-01-05');
insert into ai_prompts_messages (prompt_id, idx, role, content, created_at) select p.id, k, (array['system', 'user'])[1 + k]::"AiPromptRole", 'P', timestamptz '2026-01-05' from ai_prompts_metadata p, generate_series(0, 1) k;
insert into ai_sessions_metadata (id, user_id, workspace_id, doc_id, prompt_name, parent_session_id, "messageCost", "tokenCost", created_at, deleted_at)
  select u('session', n), u('user', p), u('workspace', 1 + p % 14), u('page', 1 + n % 40), case when n % 5 = 0 then 'Summary' when n % 11 = 0 then 'Translate to' else 'Chat With AFFiNE AI' end, case when n % 29 = 0 then u('session', n - 1) end, 3, n * 40,
  timestamptz '2026-03-20 12:00+00' - n * interval '9 hours 15 minutes', case when n % 7 = 0 then timestamptz '2026-03-20 12:30+00' - n * interval '4 hours' end from generate_series(1, 88) n, lateral (select 1 + (n * 7) % 45 + case when (1 + (n * 7) % 45) % 16 = 0 then 1 else 0 end p) x;
insert into ai_sessions_messages (id, session_id, role, content, attachments, params, created_at, updated_at)
  select u('message', n), u('session', k), (array['user', 'assistant'])[1 + turn % 2]::"AiPromptRole", 'Text ' || n, case when turn % 2 = 0 and n % 14 = 0 then '["https://example.org/a.png"]'::json end, case when turn % 2 = 0 then '{"docs": []}'::json end, t.x, t.x
  from generate_series(1, 480) n, lateral (select 1 + (n - 1) % 88 k, (n - 1) / 88 turn) y, lateral (select timestamptz '2026-03-20 12:00:20+00' - k * interval '9 hours 15 minutes' + turn * interval '40 seconds' x) t where turn < 2 or (k % 5 > 0 and k % 11 > 0);
insert into _data_migrations (id, name, started_at, finished_at) values (u('migration', 1), 'Prompts1712068777394', timestamptz '2026-01-05', timestamptz '2026-01-05');
insert into app_runtime_settings (id, type, module, key, value, description, updated_at) values ('flags/copilotAuthorization', 'Boolean', 'flags', 'copilotAuthorization', 'false', 'Whether to check for permissions of copilot', timestamptz '2026-01-05');
