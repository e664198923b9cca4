-- An invented database of Auxilia, an insurer's customer assistant with handover to agents (Laravel, polymorphic senders); its adapter, written by hand before the first run, is in the folder.
create table migrations (id serial primary key, migration varchar(255) not null, batch int not null);
create table users (
  id bigserial primary key, name varchar(255) not null, email varchar(255) not null unique, email_verified_at timestamp(0), password varchar(255) not null,
  role varchar(255) not null default 'agent', active boolean not null default true, remember_token varchar(100), created_at timestamp(0), updated_at timestamp(0), deleted_at timestamp(0));
create table customers (
  id bigserial primary key, customer_number varchar(20) not null unique, first_name varchar(255), last_name varchar(255), email varchar(255), phone varchar(255),
  date_of_birth date, blocked_at timestamp(0), created_at timestamp(0), updated_at timestamp(0), deleted_at timestamp(0));
create table assistants (id bigserial primary key, name varchar(255) not null, provider varchar(255) not null, model varchar(255) not null, enabled boolean not null default true, created_at timestamp(0), updated_at timestamp(0));
create table policies (
  id bigserial primary key, customer_id bigint not null references customers (id) on delete cascade, policy_number varchar(30) not null unique, product varchar(255) not null,
  status varchar(255) not null default 'active', starts_on date not null, created_at timestamp(0), updated_at timestamp(0));
create table chats (
  id bigserial primary key, uuid uuid not null unique, customer_id bigint references customers (id) on delete set null, visitor_token varchar(64), channel varchar(255) not null default 'web',
  state varchar(255) not null default 'bot', agent_id bigint references users (id) on delete set null, handed_over_at timestamp(0), ended_at timestamp(0),
  created_at timestamp(0), updated_at timestamp(0), deleted_at timestamp(0));
create index chats_customer_id_index on chats (customer_id);
create table chat_messages (
  id bigserial primary key, chat_id bigint not null references chats (id) on delete cascade, sender_type varchar(255), sender_id bigint, body text not null,
  is_internal boolean not null default false, tokens int, read_at timestamp(0), created_at timestamp(0), updated_at timestamp(0));
create index chat_messages_sender_type_sender_id_index on chat_messages (sender_type, sender_id);
create index chat_messages_chat_id_index on chat_messages (chat_id);
create table ratings (
  id bigserial primary key, rateable_type varchar(255) not null, rateable_id bigint not null, customer_id bigint references customers (id) on delete cascade, stars smallint not null, remark text,
  created_at timestamp(0), updated_at timestamp(0));
create index ratings_rateable_type_rateable_id_index on ratings (rateable_type, rateable_id);
create table request_categories (id bigserial primary key, name varchar(255) not null, created_at timestamp(0), updated_at timestamp(0));
create table request_statuses (id smallserial primary key, key varchar(50) not null unique, label varchar(255) not null, sort_order smallint not null default 0);
create table service_requests (
  id bigserial primary key, reference varchar(20) not null unique, customer_id bigint not null references customers (id) on delete cascade, chat_id bigint references chats (id) on delete set null,
  policy_id bigint references policies (id) on delete set null, request_category_id bigint references request_categories (id) on delete set null, request_status_id smallint not null references request_statuses (id),
  assignee_id bigint references users (id) on delete set null, priority varchar(255) not null default 'normal', subject varchar(255) not null, description text,
  due_at timestamp(0), first_responded_at timestamp(0), resolved_at timestamp(0), closed_at timestamp(0), created_at timestamp(0), updated_at timestamp(0), deleted_at timestamp(0));
create table knowledge_files (
  id bigserial primary key, uploaded_by bigint references users (id) on delete set null, title varchar(255) not null, disk varchar(255) not null default 's3', path varchar(255) not null,
  mime_type varchar(255) not null, size bigint not null, status varchar(255) not null default 'pending', error_message text, chunks_count int not null default 0,
  created_at timestamp(0), updated_at timestamp(0), deleted_at timestamp(0));
create table articles (id bigserial primary key, title varchar(255) not null, body text not null, published_at timestamp(0), author_id bigint references users (id) on delete set null, created_at timestamp(0), updated_at timestamp(0));
create table canned_replies (id bigserial primary key, shortcut varchar(50) not null, body text not null, created_at timestamp(0), updated_at timestamp(0));
create table activity_log (
  id bigserial primary key, log_name varchar(255), description text not null, subject_type varchar(255), subject_id bigint, causer_type varchar(255), causer_id bigint, properties jsonb,
  created_at timestamp(0), updated_at timestamp(0));
create table sessions (id varchar(255) primary key, user_id bigint, ip_address varchar(45), user_agent text, payload text not null, last_activity int not null);
create table personal_access_tokens (
  id bigserial primary key, tokenable_type varchar(255) not null, tokenable_id bigint not null, name varchar(255) not null, token varchar(64) not null unique, abilities text,
  last_used_at timestamp(0), expires_at timestamp(0), created_at timestamp(0), updated_at timestamp(0));
create table password_reset_tokens (email varchar(255) primary key, token varchar(255) not null, created_at timestamp(0));
create table settings (id bigserial primary key, key varchar(255) not null unique, value jsonb, created_at timestamp(0), updated_at timestamp(0));
create table jobs (id bigserial primary key, queue varchar(255) not null, payload text not null, attempts smallint not null, reserved_at int, available_at int not null, created_at int not null);
create table failed_jobs (id bigserial primary key, uuid varchar(255) not null unique, connection text not null, queue text not null, payload text not null, exception text not null, failed_at timestamp(0) not null default current_timestamp);

insert into migrations (migration, batch) select '2025_1' || n % 3 || '_01_00000' || n || '_create_table', 1 + n / 5 from generate_series(1, 24) n;
insert into users (name, email, email_verified_at, password, role, active, created_at, updated_at, deleted_at)
  select (array['Petra Wolf', 'Jonas Beck', 'Mia Roth', 'Ali Kaya'])[1 + n % 4] || ' ' || n, 'staff' || n || '@auxilia.example', timestamp '2026-02-01', 'x', case when n = 1 then 'admin' when n % 6 = 0 then 'supervisor' else 'agent' end,
    n % 7 > 0, timestamp '2026-02-01 09:00' + n * interval '2 days', timestamp '2026-03-10', case when n = 12 then timestamp '2026-03-12' end from generate_series(1, 14) n;
insert into customers (customer_number, first_name, last_name, email, phone, date_of_birth, blocked_at, created_at, updated_at, deleted_at)
  select 'K' || 100000 + n, case when n % 8 > 0 then (array['Lena', 'Paul', 'Sofia', 'Emil', 'Nora'])[1 + n % 5] end, case when n % 8 > 0 then (array['Huber', 'Klein', 'Brandt'])[1 + n % 3] end, 'c' || n || '@example.org', '+4930' || n, date '1980-01-01' + n * 100,
    case when n % 16 = 0 then timestamp '2026-03-05' end, timestamp '2026-03-18 17:00' - n * interval '20 hours', timestamp '2026-03-19', case when n in (9, 33) then timestamp '2026-03-15' end from generate_series(1, 48) n;
insert into assistants (name, provider, model, created_at, updated_at) values ('Auxi', 'azure', 'gpt-4o', '2026-02-01', '2026-02-01'), ('Auxi Claims', 'azure', 'gpt-4o-mini', '2026-02-01', '2026-02-01');
insert into policies (customer_id, policy_number, product, status, starts_on, created_at, updated_at)
  select 1 + n % 48, 'P-' || 7000 + n, (array['household', 'liability', 'motor'])[1 + n % 3], (array['active', 'active', 'cancelled'])[1 + n % 3], date '2025-01-01' + n, timestamp '2026-02-01', timestamp '2026-02-01' from generate_series(1, 60) n;
insert into chats (uuid, customer_id, visitor_token, channel, state, agent_id, handed_over_at, ended_at, created_at, updated_at, deleted_at)
  select md5('chat' || n)::uuid, case when n % 6 > 0 then 1 + n * 5 % 48 end, case when n % 6 = 0 then md5('v' || n) end, (array['web', 'app', 'web', 'phone', 'whatsapp'])[1 + n % 5],
    case when n < 6 then 'bot' when n < 12 and n % 3 = 0 then 'agent' else 'ended' end, case when n % 3 = 0 then 2 + n % 10 end, case when n % 3 = 0 then t + interval '4 minutes' end,
    case when n >= 6 and not (n < 12 and n % 3 = 0) then t + interval '40 minutes' end, t, t + interval '40 minutes', case when n % 14 = 0 then t + interval '2 days' end
  from generate_series(1, 84) n, lateral (select timestamp '2026-03-20 08:20' - n * interval '12 hours 10 minutes' as t) x;
insert into chat_messages (chat_id, sender_type, sender_id, body, is_internal, tokens, read_at, created_at, updated_at)
  select c.id, s.kind, case s.kind when 'customer' then c.customer_id when 'assistant' then 1 + c.id % 2 when 'user' then c.agent_id end, s.body, s.note, case when s.kind = 'assistant' then 60 + j end,
    case when j % 2 = 0 then c.created_at + interval '10 minutes' end, c.created_at + j * interval '70 seconds', c.created_at + j * interval '70 seconds'
  from chats c, generate_series(0, 9) j, lateral (
    select case
        when j = 4 and c.agent_id is not null then null
        when j = 5 and c.agent_id is not null then 'user'
        when j % 2 = 0 then case when c.customer_id is null then 'guest' else 'customer' end
        when j > 5 and c.agent_id is not null then 'user'
        else 'assistant' end as kind,
      case when j = 4 and c.agent_id is not null then 'The chat was handed over.' when j % 2 = 0 then 'When is my claim paid?' else 'Within five days.' end as body,
      j = 5 and c.agent_id is not null as note) s
  where j < 2 + c.id % 9 order by c.id, j;
insert into ratings (rateable_type, rateable_id, customer_id, stars, remark, created_at, updated_at)
  select 'chat_message', m.id, c.customer_id, 1 + m.id % 5, case when m.id % 4 = 0 then 'thank you' when m.id % 4 = 1 then '' end, m.created_at + interval '5 minutes', m.created_at + interval '5 minutes'
  from chat_messages m join chats c on c.id = m.chat_id where m.sender_type in ('assistant', 'user') and not m.is_internal and m.id % 3 > 0;
insert into articles (title, body, published_at, author_id, created_at, updated_at) select 'Article ' || n, 'How to report a claim', case when n % 4 > 0 then timestamp '2026-02-15' end, 1 + n % 14, timestamp '2026-02-10', timestamp '2026-02-12' from generate_series(1, 18) n;
insert into ratings (rateable_type, rateable_id, customer_id, stars, remark, created_at, updated_at)
  select 'article', 1 + n % 18, 1 + n % 48, 1 + n % 5, null, timestamp '2026-03-19' - n * interval '15 hours', timestamp '2026-03-19' - n * interval '15 hours' from generate_series(1, 40) n;
insert into request_categories (name, created_at, updated_at) select x, timestamp '2026-02-01', timestamp '2026-02-01' from unnest(array['Claim', 'Contract change', 'Payment', 'Complaint']) x;
insert into request_statuses (key, label, sort_order) values ('new', 'New', 1), ('in_work', 'In work', 2), ('waiting', 'Waiting for customer', 3), ('solved', 'Solved', 4), ('closed', 'Closed', 5);
insert into service_requests (reference, customer_id, chat_id, policy_id, request_category_id, request_status_id, assignee_id, priority, subject, due_at, first_responded_at, resolved_at, closed_at, created_at, updated_at, deleted_at)
  select 'SR-' || 2000 + n, 1 + n * 7 % 48, case when n % 3 > 0 then 1 + n end, case when n % 2 = 0 then n end, case when n % 9 > 0 then 1 + n % 4 end, s, case when s > 1 then 2 + n % 10 end,
    (array['normal', 'low', 'high', 'normal', 'urgent'])[1 + n % 5], 'Request ' || n, t + interval '3 days', case when s > 1 then t + interval '2 hours' end, case when s > 3 then t + interval '2 days' end,
    case when s = 5 then t + interval '5 days' end, t, t + interval '5 days', case when n % 15 = 0 then t + interval '1 day' end
  from generate_series(1, 55) n, lateral (select timestamp '2026-03-14 11:15' - n * interval '16 hours' as t, case when n < 8 then 1 else 1 + n % 5 end as s) x;
insert into knowledge_files (uploaded_by, title, path, mime_type, size, status, error_message, chunks_count, created_at, updated_at, deleted_at)
  select case when n % 7 > 0 then 1 + n % 14 end, 'Terms ' || n, 'knowledge/' || md5('f' || n) || (array['.pdf', '.docx', '.html'])[1 + n % 3],
    (array['application/pdf', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/html'])[1 + n % 3], 10000 + n * 777, s,
    case when s = 'failed' then 'Could not extract text' end, case when s = 'ready' then n else 0 end, t, t + interval '1 hour', case when n % 12 = 0 then t + interval '3 days' end
  from generate_series(1, 41) n, lateral (select timestamp '2026-03-16 10:00' - n * interval '22 hours' as t, (array['ready', 'ready', 'failed', 'ready', 'processing', 'pending', 'ready'])[1 + n % 7] as s) x;
insert into canned_replies (shortcut, body, created_at, updated_at) select '/r' || n, 'Kind regards', timestamp '2026-02-01', timestamp '2026-02-01' from generate_series(1, 10) n;
insert into activity_log (log_name, description, subject_type, subject_id, causer_type, causer_id, properties, created_at, updated_at)
  select 'default', (array['created', 'updated', 'deleted'])[1 + n % 3], (array['service_request', 'chat'])[1 + n % 2], 1 + n % 50, 'user', 1 + n % 14, '{}', timestamp '2026-03-19' - n * interval '6 hours', timestamp '2026-03-19' from generate_series(1, 90) n;
insert into sessions select md5('s' || n), case when n % 3 > 0 then 1 + n % 14 end, '192.0.2.' || n, 'Mozilla/5.0', 'e30=', 1773900000 - n * 1000 from generate_series(1, 30) n;
insert into personal_access_tokens (tokenable_type, tokenable_id, name, token, created_at) select 'user', n, 'api', md5('t' || n), timestamp '2026-02-20' from generate_series(1, 6) n;
insert into settings (key, value, created_at) select 'key' || n, '"v"', timestamp '2026-02-01' from generate_series(1, 9) n;
insert into failed_jobs (uuid, connection, queue, payload, exception, failed_at) select md5('j' || n), 'redis', 'default', '{}', 'Timeout', timestamp '2026-03-01' + n * interval '1 day' from generate_series(1, 5) n;
