-- An invented database with the tables and types of Chatwoot that the adapter reads.
create table contacts (id serial primary key, name varchar default '', email varchar, phone_number varchar, account_id int not null,
  created_at timestamp not null, updated_at timestamp not null, additional_attributes jsonb default '{}', blocked boolean not null default false);
create table users (id serial primary key, provider varchar not null default 'email', uid varchar not null default '', name varchar not null,
  display_name varchar, email varchar, type varchar, created_at timestamp not null, updated_at timestamp not null);
create table account_users (id bigserial primary key, account_id bigint, user_id bigint, role int default 0, active_at timestamp);
create table inboxes (id serial primary key, channel_id int not null, account_id int not null, name varchar not null);
create table conversations (id serial primary key, account_id int not null, inbox_id int not null, status int not null default 0, assignee_id int,
  created_at timestamp not null, updated_at timestamp not null, contact_id bigint, display_id int not null, first_reply_created_at timestamp,
  priority int, sla_policy_id bigint);
create table messages (id serial primary key, content text, account_id int not null, inbox_id int not null, conversation_id int not null,
  message_type int not null, created_at timestamp not null, updated_at timestamp not null, private boolean not null default false, status int default 0,
  content_type int not null default 0, sender_type varchar, sender_id bigint);
create index on messages (created_at);
create table csat_survey_responses (id bigserial primary key, account_id bigint not null, conversation_id bigint not null, message_id bigint not null,
  rating int not null, feedback_message text, contact_id bigint not null, assigned_agent_id bigint, created_at timestamp not null, updated_at timestamp not null);
create table reporting_events (id bigserial primary key, name varchar, value float8, account_id int, conversation_id int, created_at timestamp not null,
  event_start_time timestamp, event_end_time timestamp);
insert into contacts (name, account_id, created_at, updated_at, blocked) select case when n % 4 > 0 then 'C' || n end, 1,
  timestamp '2026-03-19' - n * interval '9 hours', timestamp '2026-03-19', n % 9 = 0 from generate_series(1, 50) n;
insert into users (name, created_at, updated_at) select 'A' || n, timestamp '2026-03-01' - n * interval '1 day', timestamp '2026-03-01' from generate_series(1, 6) n;
insert into account_users (account_id, user_id, role) select 1, 1 + n % 6, n % 2 from generate_series(1, 9) n;
insert into inboxes (channel_id, account_id, name) values (1, 1, 'Website'), (2, 1, 'E-mail');
insert into conversations (account_id, inbox_id, status, assignee_id, created_at, updated_at, contact_id, display_id, first_reply_created_at, priority)
  select 1, 1 + n % 3, n % 4, case when n % 3 > 0 then 1 + n % 6 end, timestamp '2026-03-20 10:00' - n * interval '4 hours', timestamp '2026-03-20',
  case when n % 7 > 0 then 1 + n % 50 end, n, case when n % 2 = 0 then timestamp '2026-03-20 11:00' - n * interval '4 hours' end,
  case when n % 5 < 4 then n % 5 end from generate_series(1, 130) n;
insert into messages (account_id, inbox_id, conversation_id, message_type, created_at, updated_at, private)
  select 1, 1, 1 + n % 130, (array[0, 1, 2, 3, 0, 1])[1 + n % 6], timestamp '2026-03-20 10:00' - (1 + n % 130) * interval '4 hours' + n * interval '1 minute',
  timestamp '2026-03-20', n % 10 = 1 from generate_series(1, 700) n;
insert into csat_survey_responses (account_id, conversation_id, message_id, rating, feedback_message, contact_id, created_at, updated_at)
  select 1, 1 + n % 130, n * 6 + 3, 1 + n % 5, case when n % 3 = 0 then 'F' || n end, 1 + n % 50, timestamp '2026-03-20' - n * interval '7 hours',
  timestamp '2026-03-20' from generate_series(1, 60) n;
insert into reporting_events (name, value, conversation_id, created_at, event_end_time)
  select (array['conversation_resolved', 'first_response'])[1 + n % 2], 60, 1 + n % 110, timestamp '2026-03-20',
  timestamp '2026-03-20' - n * interval '1 hour' from generate_series(1, 200) n;
