-- An invented database with the tables of a public bot (a table called Conversation holds question and answer in a row, for each person),
-- people as it has them and files in the usual form, since only an excerpt was read; its adapter, written before the first run, is in the folder.
create table "User" (id serial primary key, "userId" text not null unique, "userName" text, "createdAt" timestamp(3) not null, "isBlocked" boolean not null default false);
create table "Conversation" (id serial primary key, "userId" text not null references "User" ("userId"), "userMessage" text not null, "assistantMessage" text not null, "timestamp" timestamp(3) not null);
create table "Payment" (id serial primary key, "userId" text not null references "User" ("userId"), amount integer not null, status text not null, "createdAt" timestamp(3) not null);
insert into "User" ("userId", "userName", "createdAt", "isBlocked") select (100000 + n * 17)::text, 'N' || n, timestamp '2026-02-01' + n * interval '1 day', n % 9 = 0 from generate_series(1, 30) n;
insert into "Conversation" ("userId", "userMessage", "assistantMessage", "timestamp") select (100000 + (1 + n % 28) * 17)::text, 'q', case when n % 11 > 0 then 'a' else '' end, timestamp '2026-03-01' + n * interval '1 hour' from generate_series(1, 300) n;
insert into "Payment" ("userId", amount, status, "createdAt") select (100000 + (1 + n % 28) * 17)::text, 100, (array['pending', 'paid'])[1 + n % 2], timestamp '2026-03-02' from generate_series(1, 60) n;
