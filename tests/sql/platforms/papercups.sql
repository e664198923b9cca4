-- An invented database with the tables and types of Papercups.
create table accounts (id uuid primary key, company_name varchar(255), inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create table users (id bigserial primary key, email varchar(255) not null, password_hash varchar(255), email_confirmation_token varchar(255),
  password_reset_token varchar(255), email_confirmed_at timestamp(0), disabled_at timestamp(0), archived_at timestamp(0), role varchar(255) default 'user',
  has_valid_email boolean, account_id uuid references accounts (id), inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create table customers (id uuid primary key, first_seen date, last_seen_at timestamp(0), email varchar(255), name varchar(255), phone varchar(255),
  external_id varchar(255), browser varchar(255), os varchar(255), ip varchar(255), metadata jsonb, account_id uuid not null references accounts (id),
  inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create table inboxes (id uuid primary key, name varchar(255) not null, account_id uuid not null references accounts (id), inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create table conversations (id uuid primary key, status varchar(255) not null default 'open', priority varchar(255) default 'not_priority', source varchar(255) default 'chat',
  subject varchar(255), read boolean not null default false, archived_at timestamp(0), first_replied_at timestamp(0), closed_at timestamp(0), last_activity_at timestamp(0),
  metadata jsonb, assignee_id bigint references users (id), account_id uuid not null references accounts (id), customer_id uuid references customers (id),
  inbox_id uuid references inboxes (id), inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create table messages (id uuid primary key, body text, sent_at timestamp(0), seen_at timestamp(0), source varchar(255) default 'chat', type varchar(255) default 'reply',
  content_type varchar(255) default 'text', subject varchar(255), private boolean not null default false, metadata jsonb, conversation_id uuid not null references conversations (id),
  account_id uuid not null references accounts (id), customer_id uuid references customers (id), user_id bigint references users (id),
  inserted_at timestamp(0) not null, updated_at timestamp(0) not null);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into accounts values (u('a', 1), 'Acme', timestamp '2026-01-01', timestamp '2026-01-01');
insert into users (email, role, account_id, disabled_at, inserted_at, updated_at) select n || '@example.org', (array['user', 'admin'])[1 + n % 2], u('a', 1),
  case when n = 5 then timestamp '2026-03-01' end, timestamp '2026-02-01' - n * interval '1 day', timestamp '2026-02-01' from generate_series(1, 6) n;
insert into customers (id, first_seen, email, name, account_id, inserted_at, updated_at) select u('c', n), date '2026-03-01', null, case when n % 3 > 0 then 'C' || n end, u('a', 1),
  timestamp '2026-03-19' - n * interval '11 hours', timestamp '2026-03-19' from generate_series(1, 40) n;
insert into inboxes values (u('i', 1), 'Website', u('a', 1), timestamp '2026-01-01', timestamp '2026-01-01');
insert into conversations (id, status, priority, archived_at, first_replied_at, closed_at, assignee_id, account_id, customer_id, inbox_id, inserted_at, updated_at)
  select u('t', n), (array['open', 'closed'])[1 + n % 2], (array['not_priority', 'priority'])[1 + (n % 5 = 0)::int], null,
  case when n % 3 > 0 then timestamp '2026-03-20 11:00' - n * interval '4 hours' end, case when n % 2 = 1 then timestamp '2026-03-20 13:00' - n * interval '4 hours' end,
  case when n % 4 > 0 then 1 + n % 6 end, u('a', 1), u('c', 1 + n % 40), u('i', 1), timestamp '2026-03-20 10:00' - n * interval '4 hours', timestamp '2026-03-20' from generate_series(1, 120) n;
insert into messages (id, body, sent_at, type, private, conversation_id, account_id, customer_id, user_id, inserted_at, updated_at)
  select u('m', n), 'b', timestamp '2026-03-20 10:00' - (1 + n % 120) * interval '4 hours' + n * interval '1 minute', case when n % 15 = 0 then 'note' else 'reply' end, n % 15 = 0,
  u('t', 1 + n % 120), u('a', 1), case when n % 2 = 0 then u('c', 1 + (1 + n % 120) % 40) end, case when n % 2 = 1 then 1 + n % 6 end,
  timestamp '2026-03-20 10:00' - (1 + n % 120) * interval '4 hours' + n * interval '1 minute', timestamp '2026-03-20' from generate_series(1, 700) n;
