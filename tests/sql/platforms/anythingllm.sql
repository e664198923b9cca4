-- An invented database with the tables and types of AnythingLLM on PostgreSQL (its Prisma schema at 0004244f).
create table users (id serial primary key, username text unique, password text not null, "pfpFilename" text, role text not null default 'default',
  suspended int not null default 0, "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table workspaces (id serial primary key, name text not null, slug text not null unique, "vectorTag" text, "createdAt" timestamp(3) not null default current_timestamp,
  "openAiTemp" float8, "openAiHistory" int not null default 20, "lastUpdatedAt" timestamp(3) not null default current_timestamp, "openAiPrompt" text,
  "similarityThreshold" float8 default 0.25, "chatModel" text, "topN" int default 4, "chatMode" text default 'chat', "pfpFilename" text);
create table workspace_users (id serial primary key, user_id int not null references users (id), workspace_id int not null references workspaces (id),
  "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table workspace_threads (id serial primary key, name text not null, slug text not null unique, workspace_id int not null references workspaces (id),
  user_id int references users (id), "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table workspace_chats (id serial primary key, "workspaceId" int not null, prompt text not null, response text not null, include boolean not null default true,
  user_id int references users (id), thread_id int, "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp,
  "feedbackScore" boolean);
create table workspace_documents (id serial primary key, "docId" text not null unique, filename text not null, docpath text not null, "workspaceId" int not null references workspaces (id),
  metadata text, pinned boolean default false, "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table document_vectors (id serial primary key, "docId" text not null, "vectorId" text not null, "createdAt" timestamp(3) not null default current_timestamp,
  "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table workspace_suggested_messages (id serial primary key, "workspaceId" int not null references workspaces (id), heading text not null, message text not null,
  "createdAt" timestamp(3) not null default current_timestamp, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table welcome_messages (id serial primary key, "user" text not null, response text not null, "orderIndex" int, "createdAt" timestamp(3) not null default current_timestamp);
create table invites (id serial primary key, code text not null unique, status text not null default 'pending', "claimedBy" int, "createdAt" timestamp(3) not null default current_timestamp,
  "createdBy" int not null, "lastUpdatedAt" timestamp(3) not null default current_timestamp);
create table event_logs (id serial primary key, event text not null, metadata text, "userId" int, "occurredAt" timestamp(3) not null default current_timestamp);
create table embed_configs (id serial primary key, uuid text not null unique, enabled boolean not null default false, chat_mode text not null default 'query', workspace_id int not null references workspaces (id),
  "createdBy" int, "usersId" int references users (id), "createdAt" timestamp(3) not null default current_timestamp);
create table embed_chats (id serial primary key, prompt text not null, response text not null, session_id text not null, include boolean not null default true, connection_information text,
  embed_id int not null references embed_configs (id), "usersId" int references users (id), "createdAt" timestamp(3) not null default current_timestamp);
insert into users (username, password, role, suspended, "createdAt") select 'p' || n, 'h', (array['default', 'default', 'manager', 'admin'])[1 + n % 4], (n % 9 = 0)::int,
  timestamp '2026-03-19' - n * interval '19 hours' from generate_series(1, 18) n;
insert into workspaces (name, slug) select 'W' || n, 'w' || n from generate_series(1, 4) n;
insert into workspace_threads (name, slug, workspace_id, user_id, "createdAt") select 'T', 't' || n, 1 + n % 4, 1 + n % 18, timestamp '2026-03-20 10:00' - n * interval '5 hours' from generate_series(1, 50) n;
insert into workspace_chats ("workspaceId", prompt, response, user_id, thread_id, "createdAt", "lastUpdatedAt", "feedbackScore")
  select workspace_id, 'q', '{"text": "a", "sources": []}', user_id, id, "createdAt" + n * interval '2 minutes', "createdAt" + n * interval '2 minutes', case n % 5 when 1 then true when 2 then false end
  from workspace_threads, generate_series(1, 6) n;
insert into workspace_chats ("workspaceId", prompt, response, user_id, thread_id, "createdAt", "lastUpdatedAt", "feedbackScore")
  select 1 + n % 4, 'q', '{"text": "a"}', 1 + n % 6, null, timestamp '2026-03-18' - n * interval '7 hours', timestamp '2026-03-18' - n * interval '7 hours', case when n % 8 = 0 then true end
  from generate_series(1, 40) n;
insert into workspace_documents ("docId", filename, docpath, "workspaceId", metadata, "createdAt", "lastUpdatedAt") select 'd' || n, 'f' || n || (array['.pdf-x.json', '.txt-y.json'])[1 + n % 2], 'custom/f' || n, 1 + n % 4,
  '{"chunkSource": ""}', timestamp '2026-03-18' - n * interval '9 hours', timestamp '2026-03-18' from generate_series(1, 24) n;
insert into document_vectors ("docId", "vectorId") select 'd' || (1 + n % 24), 'v' || n from generate_series(1, 100) n;
insert into welcome_messages ("user", response) values ('', 'Welcome');
insert into workspace_suggested_messages ("workspaceId", heading, message) values (1, 'h', 'm');
