-- An invented database with the tables and types of Botpress 12 (its tables at 27e27d69 and 654e1967); its adapter, written by hand
-- before the first run, is in the folder.
create table srv_channel_users (id serial primary key, channel varchar not null, user_id varchar not null, attributes jsonb, created_on timestamptz, updated_on timestamptz, unique (channel, user_id));
create table bot_chat_users (id serial primary key, "botId" varchar not null, "userId" varchar not null, "createdOn" timestamptz, "lastChatted" timestamptz);
create table strategy_default (id serial primary key, email varchar not null unique, password varchar, salt varchar, strategy varchar not null, attributes jsonb, tokens_valid_after timestamptz, created_at timestamptz, updated_at timestamptz);
create table workspace_users (email varchar, strategy varchar, workspace varchar, role varchar, created_at timestamptz, updated_at timestamptz, primary key (email, strategy, workspace));
create table conversations (id uuid primary key, "userId" varchar, "botId" varchar, "createdOn" timestamptz);
create table messages (id uuid primary key, "conversationId" uuid not null references conversations (id), "authorId" varchar, "eventId" varchar, "incomingEventId" varchar, "sentOn" timestamptz, payload jsonb);
create table events (id varchar primary key, "messageId" varchar, "botId" varchar, channel varchar, "threadId" varchar, target varchar, "sessionId" varchar, type varchar, direction varchar, "goalId" varchar, "workflowId" varchar, feedback int, success bool, "incomingEventId" varchar, event jsonb, "createdOn" timestamptz);
create table dialog_sessions (id varchar primary key, "botId" varchar not null, context jsonb, temp_data jsonb, session_data jsonb, context_expiry timestamptz, session_expiry timestamptz, created_on timestamptz, modified_on timestamptz);
create table srv_logs ("botId" varchar, timestamp timestamptz, level varchar, scope varchar, message text, metadata jsonb, "hostName" varchar);
create table srv_kvs (key varchar primary key, value jsonb, "botId" varchar, modified_on timestamptz, "expireOn" timestamptz);
insert into srv_channel_users (channel, user_id, attributes, created_on, updated_on) select 'web', 'p' || n, '{}', timestamptz '2026-03-18' - n * interval '9 hours', timestamptz '2026-03-19' from generate_series(1, 30) n;
insert into bot_chat_users ("botId", "userId", "createdOn", "lastChatted") select 'b', 'p' || n, timestamptz '2026-03-18' - n * interval '9 hours', timestamptz '2026-03-19' from generate_series(1, 30) n;
insert into strategy_default (email, strategy, created_at, updated_at) select n || '@example.com', 'default', timestamptz '2026-01-01', timestamptz '2026-01-01' from generate_series(1, 3) n;
insert into workspace_users select n || '@example.com', 'default', 'default', (array['admin', 'dev', 'editor'])[n], timestamptz '2026-01-01', timestamptz '2026-01-01' from generate_series(1, 3) n;
insert into conversations select md5('c' || n)::uuid, 'p' || (1 + n % 30), 'b', timestamptz '2026-03-19 20:00' - n * interval '5 hours' from generate_series(1, 60) n;
insert into messages select md5('m' || n)::uuid, md5('c' || (1 + n % 60))::uuid, case when n % 2 = 0 then 'p' || (1 + (1 + n % 60) % 30) end, 'e' || n, 'e' || (n - n % 2), timestamptz '2026-03-19 20:00' - (1 + n % 60) * interval '5 hours' + n * interval '3 seconds', '{"type": "text", "text": "t"}' from generate_series(1, 360) n;
insert into events (id, "botId", channel, "threadId", target, type, direction, feedback, "incomingEventId", event, "createdOn") select 'e' || n, 'b', 'web', md5('c' || (1 + n % 60)), 'p' || (1 + (1 + n % 60) % 30), 'text', case when n % 2 = 0 then 'incoming' else 'outgoing' end, case when n % 10 = 0 then 1 when n % 14 = 0 then -1 end, 'e' || (n - n % 2), '{}',
  timestamptz '2026-03-19 20:00' - (1 + n % 60) * interval '5 hours' + n * interval '3 seconds' from generate_series(1, 360) n;
insert into dialog_sessions select 'b::web::p' || n, 'b', '{}', '{}', '{}', timestamptz '2026-04-01', timestamptz '2026-04-01', timestamptz '2026-03-19', timestamptz '2026-03-19' from generate_series(1, 30) n;
insert into srv_logs select 'b', timestamptz '2026-03-19', 'info', 's', 'm', '{}', 'h' from generate_series(1, 100) n;
insert into srv_kvs select 'k' || n, '{}', 'b', timestamptz '2026-03-19', null from generate_series(1, 20) n;
