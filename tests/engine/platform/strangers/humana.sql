-- An invented database of Humana Desk, an HR assistant for employees (Rails, STI, Active Storage, aasm, PaperTrail, Discard); its adapter, written by hand before the first run, is in the folder.
create table schema_migrations (version varchar not null primary key);
create table ar_internal_metadata (key varchar not null primary key, value varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table departments (id bigserial primary key, name varchar not null, cost_center varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table employees (
  id bigserial primary key, department_id bigint references departments (id), manager_id bigint references employees (id), personnel_number varchar not null, preferred_name varchar, surname varchar, work_email varchar not null default '', encrypted_password varchar not null default '',
  reset_password_token varchar, remember_created_at timestamp(6), sign_in_count int not null default 0, current_sign_in_at timestamp(6), last_sign_in_at timestamp(6), access_level varchar not null default 'staff', left_on date, discarded_at timestamp(6),
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create unique index index_employees_on_work_email on employees (work_email);
create index index_employees_on_discarded_at on employees (discarded_at);
create table consultations (
  id bigserial primary key, employee_id bigint not null references employees (id), subject varchar, locale varchar not null default 'en', confidential boolean not null default false, posts_count int not null default 0, last_post_at timestamp(6), discarded_at timestamp(6),
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_consultations_on_employee_id on consultations (employee_id);
create table posts (
  id bigserial primary key, type varchar not null, consultation_id bigint not null references consultations (id), author_id bigint references employees (id), content text, state varchar not null default 'published', model_name_used varchar, prompt_tokens int, completion_tokens int,
  discarded_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_posts_on_consultation_id on posts (consultation_id);
create table reactions (id bigserial primary key, reactable_type varchar not null, reactable_id bigint not null, employee_id bigint not null references employees (id), kind varchar not null, comment text, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_reactions_on_reactable on reactions (reactable_type, reactable_id);
create table guidelines (
  id bigserial primary key, title varchar not null, owner_id bigint references employees (id), ingest_state varchar not null default 'pending', ingest_failure text, required_reading boolean not null default false, discarded_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table guideline_sections (id bigserial primary key, guideline_id bigint not null references guidelines (id), position int not null, body text not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table active_storage_blobs (id bigserial primary key, key varchar not null unique, filename varchar not null, content_type varchar, metadata text, service_name varchar not null, byte_size bigint not null, checksum varchar, created_at timestamp(6) not null);
create table active_storage_attachments (id bigserial primary key, name varchar not null, record_type varchar not null, record_id bigint not null, blob_id bigint not null references active_storage_blobs (id), created_at timestamp(6) not null);
create unique index index_active_storage_attachments_uniqueness on active_storage_attachments (record_type, record_id, name, blob_id);
create table active_storage_variant_records (id bigserial primary key, blob_id bigint not null references active_storage_blobs (id), variation_digest varchar not null);
create table concern_types (id bigserial primary key, name varchar not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table concerns (
  id bigserial primary key, consultation_id bigint references consultations (id), raised_by_id bigint not null references employees (id), partner_id bigint references employees (id), concern_type_id bigint references concern_types (id), aasm_state varchar not null default 'raised', severity varchar not null default 'medium',
  title varchar not null, acknowledged_at timestamp(6), settled_at timestamp(6), archived_at timestamp(6), respond_by timestamp(6), discarded_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_concerns_on_aasm_state on concerns (aasm_state);
create table concern_comments (id bigserial primary key, concern_id bigint not null references concerns (id), employee_id bigint not null references employees (id), body text not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table leave_requests (id bigserial primary key, employee_id bigint not null references employees (id), starts_on date not null, ends_on date not null, status varchar not null default 'pending', approver_id bigint references employees (id), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table versions (id bigserial primary key, item_type varchar not null, item_id bigint not null, event varchar not null, whodunnit varchar, object jsonb, created_at timestamp(6));
create table flipper_features (id bigserial primary key, key varchar not null unique, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table flipper_gates (id bigserial primary key, feature_key varchar not null, key varchar not null, value text, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table solid_queue_jobs (id bigserial primary key, queue_name varchar not null, class_name varchar not null, arguments text, priority int not null default 0, finished_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table api_credentials (id bigserial primary key, employee_id bigint not null references employees (id), token_digest varchar not null, last_used_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);

insert into schema_migrations select 20251001000000 + n * 10000 from generate_series(1, 25) n;
insert into ar_internal_metadata values ('environment', 'production', '2025-10-01', '2025-10-01');
insert into departments (name, cost_center, created_at, updated_at) select (array['Sales', 'Plant', 'Finance', 'People'])[n], 'CC' || n, '2026-01-10', '2026-01-10' from generate_series(1, 4) n;
insert into employees (department_id, manager_id, personnel_number, preferred_name, surname, work_email, sign_in_count, current_sign_in_at, access_level, left_on, discarded_at, created_at, updated_at)
  select 1 + n % 4, case when n > 4 then 1 + n % 4 end, 'E' || 500 + n, case when n % 11 > 0 then (array['Alex', 'Sam', 'Robin', 'Kim', 'Jo'])[1 + n % 5] end, case when n % 11 > 0 then (array['Stone', 'Hill', 'Marsh'])[1 + n % 3] end, 'e' || n || '@humana.example', n, case when n % 4 > 0 then timestamp '2026-03-18' end,
    case when n in (2, 28) then 'administrator' when n % 9 = 0 then 'people_partner' else 'staff' end, case when n % 10 = 0 then date '2026-03-13' end, case when n in (20, 50) then timestamp '2026-03-16 10:00' end, timestamp '2026-03-18 08:30' - n * interval '19 hours', timestamp '2026-03-18 09:00' - n * interval '3 hours' from generate_series(1, 54) n;
insert into consultations (employee_id, subject, locale, confidential, posts_count, last_post_at, discarded_at, created_at, updated_at)
  select 1 + n * 5 % 54, case when n % 3 > 0 then (array['Parental leave', 'Payslip', 'Remote work abroad'])[1 + n % 3] end, 'en', n % 8 = 0, 2 + n % 7, t + interval '20 minutes', case when n % 15 = 0 then t + interval '3 days' end, t, t + interval '20 minutes'
  from generate_series(1, 86) n, lateral (select timestamp '2026-03-20 06:50' - n * interval '11 hours 40 minutes' as t) x;
insert into posts (type, consultation_id, author_id, content, state, model_name_used, prompt_tokens, completion_tokens, discarded_at, created_at, updated_at)
  select k, c.id, case k when 'QuestionPost' then c.employee_id when 'PartnerPost' then 9 * (1 + c.id % 5) end, case k when 'QuestionPost' then 'How many days of leave do I have left?' when 'NoticePost' then 'A people partner joined.' else 'You have 12 days left.' end,
    case when k = 'PartnerPost' and j % 5 = 0 then 'draft' else 'published' end, case when k = 'AnswerPost' then 'gpt-4.1' end, case when k = 'AnswerPost' then 700 end, case when k = 'AnswerPost' then 80 + j end, case when k = 'QuestionPost' and (c.id + j) % 19 = 0 then at + interval '1 hour' end, at, at
  from consultations c, generate_series(0, 8) j, lateral (select c.created_at + j * interval '105 seconds' as at, case when j % 2 = 0 and not (c.id % 4 = 0 and j = 4) then 'QuestionPost' when c.id % 4 = 0 and j = 4 then 'NoticePost' when c.id % 4 = 0 and j >= 5 then 'PartnerPost' else 'AnswerPost' end as k) x
  where j < 2 + c.id % 8 order by c.id, j;
insert into reactions (reactable_type, reactable_id, employee_id, kind, comment, created_at, updated_at)
  select 'Post', p.id, c.employee_id, (array['thumbs_up', 'thumbs_down', 'thumbs_up', 'bookmark'])[1 + (p.id / 2 % 4)::int], case when p.id % 3 = 0 then 'clear' when p.id % 3 = 1 then '' end, p.created_at + interval '6 minutes', p.created_at + interval '6 minutes'
  from posts p join consultations c on c.id = p.consultation_id where p.type in ('AnswerPost', 'PartnerPost') and p.state = 'published' and p.id % 5 > 0;
insert into guidelines (title, owner_id, ingest_state, ingest_failure, required_reading, discarded_at, created_at, updated_at)
  select 'Guideline ' || n, case when n % 7 > 0 then 9 * (1 + n % 5) end, s, case when s = 'errored' then (array['No extractable text', 'Virus scan failed'])[1 + n / 5 % 2] end, n % 6 = 0, case when n % 12 = 0 then t + interval '2 days' end, t, t + interval '9 minutes'
  from generate_series(1, 38) n, lateral (select timestamp '2026-03-17 12:00' - n * interval '23 hours' as t, (array['ingested', 'ingested', 'errored', 'ingesting', 'ingested'])[1 + n % 5] as s) x;
insert into guideline_sections (guideline_id, position, body, created_at, updated_at) select g.id, i, 'text', g.created_at, g.created_at from guidelines g, generate_series(1, 9) i where ingest_state = 'ingested' and i <= 2 + g.id % 7;
insert into active_storage_blobs (key, filename, content_type, service_name, byte_size, checksum, created_at)
  select md5('blob' || n), case when n <= 38 then 'guideline_' || n || (array['.pdf', '.docx', '.PDF', '.html'])[1 + n % 4] else 'portrait' || n || '.png' end, case when n <= 38 then 'application/octet-stream' else 'image/png' end, 'amazon', 15000 + n * 321, 'c', timestamp '2026-02-20' from generate_series(1, 70) n;
insert into active_storage_attachments (name, record_type, record_id, blob_id, created_at) select case when n <= 38 then 'file' else 'avatar' end, case when n <= 38 then 'Guideline' else 'Employee' end, case when n <= 38 then n else n - 38 end, n, timestamp '2026-02-20' from generate_series(1, 70) n;
insert into concern_types (name, created_at, updated_at) select x, '2026-01-15', '2026-01-15' from unnest(array['Payroll', 'Leave', 'Equipment', 'Conduct']) x;
insert into concerns (consultation_id, raised_by_id, partner_id, concern_type_id, aasm_state, severity, title, acknowledged_at, settled_at, archived_at, respond_by, discarded_at, created_at, updated_at)
  select case when n % 3 > 0 then n end, 1 + n * 11 % 54, case when s <> 'raised' then 9 * (1 + n % 5) end, case when n % 8 > 0 then 1 + n % 4 end, s, (array['medium', 'low', 'high', 'medium', 'critical'])[1 + n % 5], 'Concern ' || n, case when s <> 'raised' then t + interval '3 hours' end, case when s in ('settled', 'archived') then t + interval '40 hours' end,
    case when s = 'archived' then t + interval '90 hours' end, t + interval '2 days', case when n % 18 = 0 then t + interval '1 day' end, t, t + interval '91 hours'
  from generate_series(1, 62) n, lateral (select timestamp '2026-03-15 13:10' - n * interval '14 hours' as t, case when n < 6 then 'raised' else (array['raised', 'being_handled', 'settled', 'archived', 'being_handled', 'archived'])[1 + n % 6] end as s) x;
insert into concern_comments (concern_id, employee_id, body, created_at, updated_at) select 1 + n % 62, 9 * (1 + n % 5), 'Called', timestamp '2026-03-18' - n * interval '6 hours', timestamp '2026-03-18' from generate_series(1, 80) n;
insert into leave_requests (employee_id, starts_on, ends_on, status, approver_id, created_at, updated_at) select 1 + n % 54, date '2026-04-01' + n, date '2026-04-05' + n, (array['pending', 'approved', 'rejected'])[1 + n % 3], 1 + n % 4, timestamp '2026-03-10' - n * interval '9 hours', timestamp '2026-03-12' from generate_series(1, 60) n;
insert into versions (item_type, item_id, event, whodunnit, object, created_at) select (array['Concern', 'Guideline'])[1 + n % 2], 1 + n % 38, (array['create', 'update'])[1 + n % 2], n, '{}', timestamp '2026-03-18' - n * interval '5 hours' from generate_series(1, 100) n;
insert into flipper_features (key, created_at, updated_at) select 'f' || n, '2026-02-01', '2026-02-01' from generate_series(1, 5) n;
insert into flipper_gates (feature_key, key, value, created_at, updated_at) select 'f' || n, 'boolean', 'true', '2026-02-01', '2026-02-01' from generate_series(1, 5) n;
insert into solid_queue_jobs (queue_name, class_name, finished_at, created_at, updated_at) select 'default', 'IngestJob', timestamp '2026-03-01', timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 20) n;
insert into api_credentials (employee_id, token_digest, created_at, updated_at) select n, md5('t' || n), '2026-02-01', '2026-02-01' from generate_series(1, 4) n;
