-- An invented database with the tables and types of Khoj (its Django models at 01bc6d35). Messages are JSON in a conversation.
create table database_khojuser (id serial primary key, password varchar(128) not null, last_login timestamptz, is_superuser boolean not null, username varchar(150) not null unique,
  first_name varchar(150) not null, last_name varchar(150) not null, email varchar(254) not null, is_staff boolean not null, is_active boolean not null, date_joined timestamptz not null,
  uuid uuid not null, phone_number varchar(128), verified_phone_number boolean not null default false, verified_email boolean not null default false, email_verification_code varchar(200));
create table database_googleuser (id serial primary key, user_id int not null unique references database_khojuser (id), sub varchar(200) not null, azp varchar(200) not null, email varchar(200) not null,
  name varchar(200), given_name varchar(200), family_name varchar(200), picture varchar(200), locale varchar(200));
create table database_subscription (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, user_id int not null references database_khojuser (id), type varchar(20) not null,
  is_recurring boolean not null, renewal_date timestamptz, enabled_trial_at timestamptz);
create table database_clientapplication (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, name varchar(200) not null, client_id varchar(200) not null, client_secret varchar(200) not null);
create table database_agent (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, creator_id int references database_khojuser (id), name varchar(200) not null, personality text not null,
  input_tools varchar(200)[], output_modes varchar(200)[], managed_by_admin boolean not null, slug varchar(200) not null, privacy_level varchar(30) not null);
create table database_conversation (id uuid primary key, created_at timestamptz not null, updated_at timestamptz not null, user_id int not null references database_khojuser (id), conversation_log jsonb not null,
  client_id int references database_clientapplication (id), slug varchar(200), title varchar(500), agent_id int references database_agent (id), file_filters jsonb not null);
create table database_publicconversation (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, source_owner_id int not null references database_khojuser (id), conversation_log jsonb not null,
  slug varchar(200), title varchar(200), agent_id int);
create table database_fileobject (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, file_name varchar(400), raw_text text not null, user_id int references database_khojuser (id), agent_id int);
create table database_entry (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, user_id int references database_khojuser (id), agent_id int, raw text not null, compiled text not null,
  heading varchar(1000), file_source varchar(30) not null, file_type varchar(30) not null, file_path varchar(400), file_name varchar(400), url varchar(400), hashed_value varchar(100) not null, corpus_id uuid not null);
create table database_reflectivequestion (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, question varchar(500) not null, user_id int references database_khojuser (id));
create table database_userrequests (id serial primary key, created_at timestamptz not null, updated_at timestamptz not null, user_id int not null references database_khojuser (id), slug varchar(200) not null);
insert into database_khojuser select n, 'h', null, n = 1, 'p' || n, 'F', 'L', n || '@example.org', n < 3, n % 7 > 0, timestamptz '2026-03-19' - n * interval '19 hours', md5('u' || n)::uuid from generate_series(1, 20) n;
insert into database_conversation select md5('c' || n)::uuid, timestamptz '2026-03-20 10:00+00' - n * interval '5 hours', timestamptz '2026-03-20', 1 + n % 20,
  case when n % 10 = 0 then '{}' else jsonb_build_object('chat', (select jsonb_agg(jsonb_build_object('by', who, 'message', 'm', 'created',
    to_char(timestamp '2026-03-20 10:00' - n * interval '5 hours' + turn * interval '3 minutes', 'YYYY-MM-DD HH24:MI:SS'), 'turnId', md5(n || ':' || turn)::uuid))
    from generate_series(1, 1 + n % 4) turn, unnest(array['you', 'khoj']) who)) end, null, null, 'T', null, '[]' from generate_series(1, 60) n;
insert into database_publicconversation select n, now(), now(), 1, '{"chat": [{"by": "you", "created": "2026-03-01 10:00:00", "message": "m"}]}' from generate_series(1, 3) n;
insert into database_fileobject select n, timestamptz '2026-03-18' - n * interval '9 hours', timestamptz '2026-03-18', 'f' || n || (array['.pdf', '.md', '.org'])[1 + n % 3], 'x', 1 + n % 20, null from generate_series(1, 30) n;
insert into database_entry select n, now(), now(), 1 + (1 + n % 30) % 20, null, 'r', 'c', null, 'computer', 'pdf', null, 'f' || (1 + n % 30) || (array['.pdf', '.md', '.org'])[1 + (1 + n % 30) % 3], null, 'h', md5('e' || n)::uuid from generate_series(1, 90) n;
