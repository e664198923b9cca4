-- An invented database with the tables and types of a public schema of a collaboration platform with a chat assistant (Nextcloud Assistant); its adapter, written by hand before the first run, is in the folder.
create table oc_users (uid varchar(64) not null default '' primary key, displayname varchar(64) default null, password varchar(255) not null default '', uid_lower varchar(64) default '');
create index user_uid_lower on oc_users (uid_lower);
create table oc_accounts (uid varchar(64) not null default '' primary key, data text not null default '');
create table oc_accounts_data (id bigserial primary key, uid varchar(64) not null, name varchar(64) not null, value varchar(255) default '');
create index accounts_data_uid on oc_accounts_data (uid);
create table oc_groups (gid varchar(64) not null default '' primary key, displayname varchar(255) not null default 'name');
create table oc_group_user (gid varchar(64) not null default '', uid varchar(64) not null default '', primary key (gid, uid));
create table oc_preferences (userid varchar(64) not null default '', appid varchar(32) not null default '', configkey varchar(64) not null default '', configvalue text, lazy smallint not null default 0, type smallint not null default 0,
  flags integer not null default 0, indexed varchar(64) default '', primary key (userid, appid, configkey));
create table oc_appconfig (appid varchar(32) not null default '', configkey varchar(64) not null default '', configvalue text, type integer not null default 2, lazy smallint not null default 0, primary key (appid, configkey));
create table oc_authtoken (id bigserial primary key, uid varchar(64) not null default '', login_name varchar(255) not null default '', password text, name text not null default '', token varchar(200) not null default '',
  type smallint default 0, remember smallint default 0, last_activity integer default 0, last_check integer default 0, scope text, expires integer, private_key text, public_key text, version smallint not null default 1,
  password_invalid boolean default false, password_hash varchar(255));
create table oc_storages (numeric_id bigserial primary key, id varchar(64), available integer not null default 1, last_checked integer);
create table oc_mimetypes (id bigserial primary key, mimetype varchar(255) not null default '');
create table oc_filecache (fileid bigserial primary key, storage bigint not null default 0, path varchar(4000), path_hash varchar(32) not null default '', parent bigint not null default 0, name varchar(250), mimetype bigint not null default 0,
  mimepart bigint not null default 0, size bigint not null default 0, mtime bigint not null default 0, storage_mtime bigint not null default 0, encrypted integer not null default 0, unencrypted_size bigint not null default 0,
  etag varchar(40), permissions integer default 0, checksum varchar(255));
create table oc_text_documents (id bigserial primary key, current_version bigint default 0, last_saved_version bigint default 0, last_saved_version_time bigint not null, last_saved_version_etag varchar(64) default '',
  base_version_etag varchar(64) default '', checksum varchar(8));
create table oc_comments (id bigserial primary key, parent_id bigint not null default 0, topmost_parent_id bigint not null default 0, children_count integer not null default 0, actor_type varchar(64) not null default '',
  actor_id varchar(64) not null default '', message text, verb varchar(64), creation_timestamp timestamp, latest_child_timestamp timestamp, object_type varchar(64) not null default '', object_id varchar(64) not null default '',
  reference_id varchar(64), reactions varchar(4000), expire_date timestamp, meta_data text default '');
create table oc_notifications (notification_id bigserial primary key, app varchar(32) not null, "user" varchar(64) not null, timestamp integer not null default 0, object_type varchar(64) not null, object_id varchar(64) not null,
  subject varchar(64) not null, subject_parameters text, message varchar(64), message_parameters text, link varchar(4000), icon varchar(4000), actions text);
create table oc_jobs (id bigserial primary key, class varchar(255) not null default '', argument varchar(4000) not null default '', last_run integer default 0, last_checked integer default 0, reserved_at integer default 0,
  execution_duration integer default 0, argument_hash varchar(32), time_sensitive smallint not null default 1);
create table oc_taskprocessing_tasks (id bigserial primary key, type varchar(255) not null, input text not null, output text, status integer default 0, user_id varchar(64), app_id varchar(32) not null default '', custom_id varchar(255) default '',
  last_updated integer default 0, completion_expected_at timestamp, progress double precision default 0, error_message varchar(4000), scheduled_at integer, started_at integer, ended_at integer, webhook_uri varchar(4000), webhook_method varchar(64));
create index taskp_tasks_updated on oc_taskprocessing_tasks (last_updated);
create table oc_assistant_task_notif (id bigserial primary key, ocp_task_id bigint not null, timestamp bigint not null);
create index assistant_t_notif_tid on oc_assistant_task_notif (ocp_task_id);
create table oc_assistant_assignments (id bigserial primary key, user_id varchar(256) not null, prompt text not null, recurrence text not null, starts_at bigint not null, last_run_at bigint not null, created_at bigint not null,
  updated_at bigint not null, timezone varchar(256) not null default 'UTC');
create index assistant_assgnmts_user_id_idx on oc_assistant_assignments (user_id);
create table oc_assistant_chat_sns (id serial primary key, user_id varchar(256) not null, title varchar(256) default null, timestamp bigint not null, agency_conversation_token text, agency_pending_actions text, summary text default null,
  is_remembered smallint not null default 0, is_summary_up_to_date smallint not null default 0, assignment_id bigint);
create index assistant_chat_ss_uid on oc_assistant_chat_sns (user_id);
create index assistant_chat_assgnmt_uid on oc_assistant_chat_sns (user_id, assignment_id);
create table oc_assistant_chat_msgs (id serial primary key, session_id integer not null, role varchar(256) not null, content text not null, timestamp bigint not null, ocp_task_id bigint not null default 0, sources text, attachments text, reasoning text);
create index assistant_chat_ms_sid on oc_assistant_chat_msgs (session_id);
create index assistant_ch_sid_tid on oc_assistant_chat_msgs (session_id, ocp_task_id);
create function e(t timestamptz) returns bigint language sql immutable as $$ select extract(epoch from t)::bigint $$;
insert into oc_users select 'person' || n, case when n % 6 > 0 then 'Name ' || n end, '3|$argon2id$h', 'person' || n from generate_series(1, 38) n;
insert into oc_accounts select 'person' || n, '{"displayname": {"value": "Name", "scope": "v2-federated"}}' from generate_series(1, 38) n;
insert into oc_groups values ('admin', 'admin'), ('staff', 'staff'), ('guests', 'guests');
insert into oc_group_user select case when n in (1, 20) then 'admin' else 'staff' end, 'person' || n from generate_series(1, 30) n;
insert into oc_preferences select 'person' || n, 'login', 'firstLogin', e(timestamptz '2026-03-18 07:00+00' - n * interval '22 hours')::text, 0, 3 from generate_series(1, 38) n;
insert into oc_preferences select 'person' || n, 'login', 'lastLogin', e(timestamptz '2026-03-20 07:00+00' - n * interval '5 hours')::text, 0, 3 from generate_series(1, 38) n;
insert into oc_preferences select 'person' || n, 'core', 'enabled', case when n % 12 = 0 then 'false' else 'true' end from generate_series(1, 38) n where n % 4 = 0;
insert into oc_preferences select 'person' || n, 'settings', 'email', n || '@example.org' from generate_series(1, 38) n;
insert into oc_preferences select 'person' || n, 'core', 'lang', 'de' from generate_series(1, 38) n;
insert into oc_appconfig values ('core', 'vendor', 'nextcloud'), ('assistant', 'assistant_enabled', '1'), ('assistant', 'installed_version', '3.5.0'), ('assistant', 'types', '');
insert into oc_authtoken (uid, login_name, name, token, last_activity, version) select 'person' || n, 'person' || n, 'Mozilla', md5('t' || n), e(timestamptz '2026-03-20 07:00+00' - n * interval '5 hours')::int, 2 from generate_series(1, 38) n;
insert into oc_storages (id) select 'home::person' || n from generate_series(1, 38) n;
insert into oc_mimetypes (mimetype) values ('httpd/unix-directory'), ('application/pdf'), ('text/markdown');
insert into oc_filecache (storage, path, path_hash, parent, name, mimetype, mimepart, size, mtime, storage_mtime, etag, permissions) select 1 + n % 38, 'files/f' || n, md5('p' || n), 1, 'f' || n || '.pdf', 2, 1, n * 1000,
  e(timestamptz '2026-03-10 07:00+00' - n * interval '3 hours'), e(timestamptz '2026-03-10 07:00+00' - n * interval '3 hours'), md5('e' || n), 27 from generate_series(1, 80) n;
insert into oc_text_documents (id, current_version, last_saved_version, last_saved_version_time) select n * 3, n, n, e(timestamptz '2026-03-10 07:00+00' - n * interval '3 hours') from generate_series(1, 12) n;
insert into oc_comments (actor_type, actor_id, message, verb, creation_timestamp, object_type, object_id) select 'users', 'person' || (1 + n % 38), 'Comment ' || n, 'comment', timestamp '2026-03-18 07:00' - n * interval '9 hours', 'files', (1 + n % 80)::text
  from generate_series(1, 40) n;
insert into oc_notifications (app, "user", timestamp, object_type, object_id, subject) select 'assistant', 'person' || (1 + n % 38), e(timestamptz '2026-03-18 07:00+00' - n * interval '9 hours')::int, 'task', n::text, 'success' from generate_series(1, 20) n;
insert into oc_assistant_chat_sns (user_id, title, timestamp, agency_conversation_token, summary, is_remembered, is_summary_up_to_date)
  select 'person' || (1 + (n * 5) % 38), case when n % 7 > 0 then 'Title ' || n end, e(timestamptz '2026-03-20 08:30+00' - n * interval '10 hours 30 minutes'), case when n % 5 = 0 then '{}' end, case when n % 11 = 0 then 'Summary' end,
  case when n % 11 = 0 then 1 else 0 end, case when n % 11 = 0 then 1 else 0 end from generate_series(1, 76) n;
insert into oc_assistant_chat_msgs (session_id, role, content, timestamp, ocp_task_id, sources, attachments)
  select s.id, 'system', 'This is a conversation in a specific language between the user and you.', s.timestamp, 0, '[]', '[]' from oc_assistant_chat_sns s;
insert into oc_assistant_chat_msgs (session_id, role, content, timestamp, ocp_task_id, sources, attachments, reasoning)
  select s.id, case when k % 2 = 0 then 'human' else 'assistant' end, 'Text ' || n, s.timestamp + 20 + k * 35, case when k % 2 = 1 then 4000 + n else 0 end, '[]', '[]', case when k % 2 = 1 and n % 3 = 0 then 'R' end
  from generate_series(1, 360) n, lateral (select (n - 1) / 76 k) x, oc_assistant_chat_sns s where s.id = 1 + (n - 1) % 76;
insert into oc_taskprocessing_tasks (type, input, output, status, user_id, app_id, custom_id, last_updated, error_message, scheduled_at, started_at, ended_at)
  select case when n % 4 = 0 then 'core:text2text:summary' else 'core:text2text:chat' end, '{"input": "T"}', case when n % 13 > 0 then '{"output": "T"}' end, case when n % 13 > 0 then 3 else 4 end, 'person' || (1 + n % 38),
  'assistant:chatty-llm', 'chatty-llm:' || n, t.x, case when n % 13 = 0 then 'Timeout' end, t.x - 9, t.x - 5, t.x from generate_series(1, 150) n, lateral (select e(timestamptz '2026-03-20 08:00+00' - n * interval '5 hours')::int x) t;
insert into oc_assistant_task_notif (ocp_task_id, timestamp) select n, e(timestamptz '2026-03-20 08:00+00' - n * interval '5 hours') from generate_series(1, 15) n;
insert into oc_jobs (class, argument) values ('OCA\Assistant\Cron\CleanupImageGenerations', 'null'), ('OC\Files\Cron', 'null');
