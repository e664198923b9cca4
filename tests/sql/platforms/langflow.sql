-- An invented database with the tables and types of Langflow that the adapter reads.
create table "user" (id uuid primary key, username varchar not null, password varchar not null, profile_image varchar, is_active boolean not null,
  is_superuser boolean not null, create_at timestamp not null, updated_at timestamp not null, last_login_at timestamp);
create table message (id uuid primary key, timestamp timestamp not null, sender varchar not null, sender_name varchar not null, session_id varchar not null,
  text text, files json, error boolean not null default false, edit boolean not null default false, flow_id uuid, properties json, category text, content_blocks json);
create table file (id uuid primary key, user_id uuid not null, name varchar not null, path varchar not null, size int not null, provider varchar,
  created_at timestamp not null, updated_at timestamp not null);
insert into "user" select md5('u' || n)::uuid, 'user' || n, 'p', null, n % 3 > 0, n % 5 = 0, timestamp '2026-03-19' - n * interval '20 hours',
  timestamp '2026-03-19', null from generate_series(1, 15) n;
insert into message select md5('m' || n)::uuid, timestamp '2026-03-20 10:00' - (n % 70) * interval '5 hours' + n * interval '1 minute',
  (array['User', 'Machine', 'Tool'])[1 + n % 3], 'x', 'session ' || n % 70, 't' from generate_series(1, 400) n;
insert into file select md5('f' || n)::uuid, md5('u' || (1 + n % 15))::uuid, 'f' || n, 'x/f' || n || (array['.pdf', '.csv'])[1 + n % 2], n * 9, null,
  timestamp '2026-03-18' - n * interval '9 hours', timestamp '2026-03-18' from generate_series(1, 25) n;
