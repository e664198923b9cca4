-- An invented database with the tables and types of n8n's Chat Hub that the adapter reads.
create table "user" (id uuid primary key, email varchar(255), "firstName" varchar(32), "lastName" varchar(32), password varchar(255),
  settings json, "createdAt" timestamptz(3) not null, "updatedAt" timestamptz(3) not null, disabled boolean not null default false, "roleSlug" varchar(128) not null);
create table chat_hub_sessions (id uuid primary key, title varchar(256) not null, "ownerId" uuid not null, "lastMessageAt" timestamptz(3) not null,
  provider varchar(16), model varchar(64), "createdAt" timestamptz(3) not null, "updatedAt" timestamptz(3) not null);
create table chat_hub_messages (id uuid primary key, "sessionId" uuid not null references chat_hub_sessions (id) on delete cascade, "previousMessageId" uuid,
  "retryOfMessageId" uuid, type varchar(16) not null, name varchar(128) not null, content text not null, provider varchar(16), status varchar(16) not null,
  "createdAt" timestamptz(3) not null, "updatedAt" timestamptz(3) not null);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into "user" select u('user', n), null, case when n % 3 > 0 then 'F' || n end, case when n % 2 > 0 then 'L' || n end, null, null,
  timestamptz '2026-03-19 12:00+00' - n * interval '19 hours', now(), n % 7 = 0, (array['global:owner', 'global:member', 'global:admin'])[1 + n % 3]
  from generate_series(1, 20) n;
insert into chat_hub_sessions select u('talk', n), 't', u('user', 1 + n % 20), now(), null, null,
  timestamptz '2026-03-20 10:00+00' - n * interval '4 hours', now() from generate_series(1, 80) n;
insert into chat_hub_messages select u('message', n), u('talk', 1 + n % 80), null, null, (array['human', 'ai', 'tool', 'system'])[1 + n % 4], 'n', 'c', null, 'success',
  timestamptz '2026-03-20 10:00+00' - (1 + n % 80) * interval '4 hours' + n * interval '1 minute', now() from generate_series(1, 500) n;
