-- An invented database with the tables and types of Vercel's AI Chatbot; its adapter, written by hand, is in the folder.
create table "User" (id uuid primary key, email varchar(64) not null, password varchar(64));
create table "Chat" (id uuid primary key, "createdAt" timestamp not null, title text not null, "userId" uuid not null references "User" (id),
  visibility varchar not null default 'private', "lastContext" jsonb);
create table "Message" (id uuid primary key, "chatId" uuid not null references "Chat" (id), role varchar not null, content json not null, "createdAt" timestamp not null);
create table "Message_v2" (id uuid primary key, "chatId" uuid not null references "Chat" (id), role varchar not null, parts json not null,
  attachments json not null, "createdAt" timestamp not null);
create table "Vote" ("chatId" uuid not null references "Chat" (id), "messageId" uuid not null references "Message" (id), "isUpvoted" boolean not null,
  primary key ("chatId", "messageId"));
create table "Vote_v2" ("chatId" uuid not null references "Chat" (id), "messageId" uuid not null references "Message_v2" (id), "isUpvoted" boolean not null,
  primary key ("chatId", "messageId"));
create table "Document" (id uuid not null, "createdAt" timestamp not null, title text not null, content text, text varchar not null default 'text',
  "userId" uuid not null references "User" (id), primary key (id, "createdAt"));
create table "Suggestion" (id uuid primary key, "documentId" uuid not null, "documentCreatedAt" timestamp not null, "originalText" text not null,
  "suggestedText" text not null, description text, "isResolved" boolean not null default false, "userId" uuid not null references "User" (id), "createdAt" timestamp not null);
create table "Stream" (id uuid primary key, "chatId" uuid not null references "Chat" (id), "createdAt" timestamp not null);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into "User" select u('u', n), n || '@example.org' from generate_series(1, 20) n;
insert into "Chat" select u('c', n), timestamp '2026-03-20 10:00' - n * interval '5 hours', 'T', u('u', 1 + n % 20) from generate_series(1, 80) n;
insert into "Message_v2" select u('m', n), u('c', 1 + n % 80), (array['user', 'assistant'])[1 + n % 2], '[]', '[]',
  timestamp '2026-03-20 10:00' - (1 + n % 80) * interval '5 hours' + n * interval '1 minute' from generate_series(1, 500) n;
insert into "Vote_v2" select u('c', 1 + n * 3 % 80), u('m', n * 3), n % 3 > 0 from generate_series(1, 120) n;
