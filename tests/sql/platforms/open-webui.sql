-- An invented database with the tables and types of Open WebUI 0.8: messages are rows.
create table "user" (id text primary key, name text, email text, role text, profile_image_url text, last_active_at bigint,
  updated_at bigint, created_at bigint, settings json);
create table chat (id text primary key, user_id text, title text, chat json, created_at bigint, updated_at bigint,
  share_id text unique, archived boolean, pinned boolean default false, meta json default '{}', folder_id text);
create table feedback (id text primary key, user_id text, version bigint default 0, type text, data json, meta json,
  snapshot json, created_at bigint, updated_at bigint);
create table file (id text primary key, user_id text, hash text, filename text, path text, data json, meta json,
  created_at bigint, updated_at bigint);
insert into "user" select 'u' || n, 'Person ' || n, n || '@example.org', (array['user', 'admin', 'pending'])[1 + n % 3], null, null,
  1773900000, 1773900000 - n * 61000 from generate_series(1, 25) n;
insert into feedback select 'f' || n, 'u' || (1 + n % 25), 0, case when n % 10 = 0 then 'note' else 'rating' end,
  json_build_object('rating', (array[1, -1, 1])[1 + n % 3], 'comment', case when n % 4 = 0 then 'C' || n else '' end),
  json_build_object('chat_id', 'c' || (1 + n % 90), 'message_id', 'm' || n), null, 1773990000 - n * 14000, 1773990000
  from generate_series(1, 80) n;
insert into file select 'd' || n, 'u' || (1 + n % 25), null, 'report.' || (array['pdf', 'MD', 'docx'])[1 + n % 3], '/', 
  json_build_object('status', (array['completed', 'failed', 'pending', null])[1 + n % 4], 'error', case when n % 3 > 0 then E'No\n text in ' || n end), json_build_object('size', n * 11), 1773950000 - n * 30000, 1773950000
  from generate_series(1, 30) n;
create table chat_message (id text primary key, chat_id text not null references chat (id) on delete cascade, user_id text,
  role text not null, parent_id text, content json, model_id text, done boolean default true, error json, usage json,
  created_at bigint, updated_at bigint);
create index on chat_message (created_at);
insert into chat select case when n % 12 = 0 then 'shared' || n else 'c' || n end, case when n % 12 = 0 then 'shared-c' || n else 'u' || (1 + n % 30) end,
  'T', '{}', 1773997200 - n * 10800, 1773997200 from generate_series(1, 90) n;
insert into chat_message select c.id || '-m' || n, c.id, c.user_id, (array['user', 'assistant'])[1 + n % 2], null, '"x"', null, true, null, null,
  (c.created_at + n * 60) * case when n % 20 = 0 then 1000 else 1 end, c.created_at
  from generate_series(1, 500) n join chat c on right(c.id, -1) = (1 + n % 90)::text or c.id = 'shared' || (1 + n % 90);
