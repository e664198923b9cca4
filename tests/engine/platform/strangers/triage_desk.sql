-- An invented database of a clinic's triage bot with handover to nurses (Rails); its adapter, written by hand before the first run, is in the folder.
create table schema_migrations (version varchar primary key);
create table ar_internal_metadata (key varchar primary key, value varchar, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table clinics (id bigserial primary key, name varchar not null, timezone varchar default 'Europe/Berlin' not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table patients (id bigserial primary key, clinic_id bigint not null references clinics (id), first_name varchar, last_name varchar, record_number varchar not null, phone varchar, discarded_at timestamp(6),
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table staff_members (id bigserial primary key, clinic_id bigint not null references clinics (id), email varchar not null, encrypted_password varchar not null, full_name varchar not null, position varchar default 'nurse' not null,
  active boolean default true not null, sign_in_count integer default 0 not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create unique index index_staff_members_on_email on staff_members (email);
create table web_sessions (id bigserial primary key, session_id varchar not null, data text, patient_id bigint references patients (id), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table intakes (id bigserial primary key, clinic_id bigint not null references clinics (id), patient_id bigint references patients (id), channel varchar default 'web' not null, stage varchar default 'with_bot' not null,
  locale varchar default 'en', finished_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table utterances (id bigserial primary key, intake_id bigint not null references intakes (id), spoken_by varchar not null, staff_member_id bigint references staff_members (id), content text not null, internal boolean default false not null,
  created_at timestamp(6) not null, updated_at timestamp(6) not null);
create index index_utterances_on_intake_id on utterances (intake_id);
create table symptoms (id bigserial primary key, intake_id bigint not null references intakes (id), code varchar not null, severity integer, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table handovers (id bigserial primary key, intake_id bigint not null references intakes (id), staff_member_id bigint references staff_members (id), specialty varchar, urgency varchar default 'normal' not null, status varchar default 'open' not null,
  accepted_at timestamp(6), resolved_at timestamp(6), closed_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table satisfaction_answers (id bigserial primary key, utterance_id bigint not null references utterances (id), patient_id bigint references patients (id), score integer not null, remark text, created_at timestamp(6) not null,
  updated_at timestamp(6) not null, constraint score_range check (score between 1 and 5));
create table care_guides (id bigserial primary key, staff_member_id bigint references staff_members (id), title varchar not null, file_name varchar not null, content_type varchar, byte_size bigint not null, index_status varchar default 'pending' not null,
  index_error text, discarded_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table care_guide_chunks (id bigserial primary key, care_guide_id bigint not null references care_guides (id), position integer not null, body text not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table appointments (id bigserial primary key, patient_id bigint not null references patients (id), staff_member_id bigint references staff_members (id), starts_at timestamp(6) not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table bot_prompts (id bigserial primary key, name varchar not null, body text not null, published boolean default false not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table api_tokens (id bigserial primary key, clinic_id bigint not null references clinics (id), digest varchar not null, last_used_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table audits (id bigserial primary key, auditable_type varchar, auditable_id bigint, staff_member_id bigint, action varchar not null, changeset jsonb, created_at timestamp(6) not null);
create table flipper_features (id bigserial primary key, key varchar not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table notifications (id bigserial primary key, staff_member_id bigint not null references staff_members (id), body varchar not null, read_at timestamp(6), created_at timestamp(6) not null, updated_at timestamp(6) not null);
create table reimbursements (id bigserial primary key, clinic_id bigint not null references clinics (id), amount_cents integer not null, state varchar not null, created_at timestamp(6) not null, updated_at timestamp(6) not null);
insert into schema_migrations select '202602010' || 10000 + n from generate_series(1, 12) n;
insert into ar_internal_metadata values ('environment', 'production', '2026-02-01', '2026-02-01');
insert into clinics (name, created_at, updated_at) select 'Clinic ' || n, '2026-02-01', '2026-02-01' from generate_series(1, 3) n;
insert into patients (clinic_id, first_name, last_name, record_number, phone, discarded_at, created_at, updated_at) select 1 + n % 3, 'Pat' || n, case when n % 6 > 0 then 'Ient' || n end, 'R' || 10000 + n, null,
  case when n > 46 then timestamp '2026-03-12 10:00' end, timestamp '2026-02-01 08:00' + n * interval '4 hours', timestamp '2026-02-20 08:00' + n * interval '4 hours' from generate_series(1, 50) n;
insert into staff_members (clinic_id, email, encrypted_password, full_name, position, active, sign_in_count, created_at, updated_at) select 1 + n % 3, 's' || n || '@example.org', 'x', 'Staff ' || n,
  (array['nurse', 'physician', 'nurse', 'administrator'])[1 + n % 4], n % 5 > 0, n * 3, timestamp '2026-02-01 06:00' + n * interval '1 hour', timestamp '2026-03-01 06:00' + n * interval '2 hours' from generate_series(1, 11) n;
insert into web_sessions (session_id, data, patient_id, created_at, updated_at) select md5(n::text), 'e30=', case when n % 3 > 0 then 1 + n % 46 end, timestamp '2026-03-20 10:00' - n * interval '5 hours', timestamp '2026-03-20 10:00' - n * interval '5 hours' from generate_series(1, 110) n;
insert into intakes (clinic_id, patient_id, channel, stage, finished_at, created_at, updated_at) select 1 + n % 3, case when n % 9 > 0 then 1 + n * 7 % 46 end, (array['web', 'phone', 'web', 'kiosk', 'web'])[1 + n % 5],
  case when n < 4 then 'with_bot' when n % 3 = 0 then 'handed_over' else 'finished' end, case when n >= 4 and n % 3 > 0 then timestamp '2026-02-04 09:00' + n * interval '12 hours 40 minutes' end,
  timestamp '2026-02-04 08:20' + n * interval '12 hours 40 minutes', timestamp '2026-02-04 09:00' + n * interval '12 hours 40 minutes' from generate_series(1, 80) n;
insert into utterances (intake_id, spoken_by, staff_member_id, content, internal, created_at, updated_at) select i, case when k % 2 = 0 then 'patient' when i % 3 = 0 and k > 3 then 'staff' else 'bot' end,
  case when k % 2 = 1 and i % 3 = 0 and k > 3 then 1 + i % 11 end, case when k % 2 = 0 then 'It hurts since day ' || k else 'How strong is it, from 1 to 10?' end, false,
  timestamp '2026-02-04 08:20' + i * interval '12 hours 40 minutes' + k * interval '90 seconds', timestamp '2026-02-04 08:20' + i * interval '12 hours 40 minutes' + k * interval '90 seconds'
  from generate_series(1, 80) i, generate_series(0, 4 + i % 4) k;
insert into utterances (intake_id, spoken_by, staff_member_id, content, internal, created_at, updated_at) select i, 'staff', 1 + i % 11, 'Please check the earlier record before you call.', true,
  timestamp '2026-02-04 08:32' + i * interval '12 hours 40 minutes', timestamp '2026-02-04 08:32' + i * interval '12 hours 40 minutes' from generate_series(3, 80, 6) i;
insert into symptoms (intake_id, code, severity, created_at, updated_at) select 1 + n % 80, 'R' || n % 30, n % 10, timestamp '2026-02-04 08:25' + (1 + n % 80) * interval '12 hours 40 minutes', timestamp '2026-03-17' from generate_series(1, 120) n;
insert into handovers (intake_id, staff_member_id, specialty, urgency, status, accepted_at, resolved_at, closed_at, created_at, updated_at) select i, case when i % 4 > 0 then 1 + i % 11 end, (array['paediatrics', 'orthopaedics', null])[1 + i / 3 % 3],
  (array['low', 'normal', 'high', 'urgent'])[1 + i / 3 % 4], case when i % 4 = 0 then 'open' else (array['in_progress', 'resolved', 'closed'])[i % 4] end, case when i % 4 > 0 then t + interval '9 minutes' end,
  case when i % 4 in (2, 3) then t + interval '3 hours' end, case when i % 4 = 3 then t + interval '8 hours' end, t, t + interval '8 hours'
  from generate_series(3, 80, 3) i, lateral (select timestamp '2026-02-04 08:25' + i * interval '12 hours 40 minutes') s (t);
insert into satisfaction_answers (utterance_id, patient_id, score, remark, created_at, updated_at) select u.id, i.patient_id, 1 + (u.id / 5 * 3 % 5), case when u.id % 4 = 0 then 'Quick and friendly' when u.id % 4 = 1 then '' end, u.created_at + interval '4 minutes', u.created_at + interval '4 minutes'
  from utterances u join intakes i on i.id = u.intake_id where u.spoken_by in ('bot', 'staff') and not u.internal and u.id % 5 = 0;
insert into care_guides (staff_member_id, title, file_name, content_type, byte_size, index_status, index_error, discarded_at, created_at, updated_at) select 1 + n % 11, 'Guide ' || n, 'guide-' || n || (array['.pdf', '.docx', '.md'])[1 + n % 3],
  (array['application/pdf', 'application/msword', 'text/markdown'])[1 + n % 3], 40000 + n * 97, (array['pending', 'indexed', 'indexed', 'failed', 'indexing', 'indexed'])[1 + n % 6], case when n % 6 = 3 then 'Timeout of the embedding service' end,
  case when n % 10 = 0 then timestamp '2026-03-10 12:00' end, timestamp '2026-02-02 13:00' + n * interval '1 day', timestamp '2026-02-02 13:10' + n * interval '1 day' from generate_series(1, 40) n;
insert into care_guide_chunks (care_guide_id, position, body, created_at, updated_at) select g, k, 'Chunk', timestamp '2026-03-15', timestamp '2026-03-15' from generate_series(1, 40) g, generate_series(1, 3 + g % 3) k where g % 6 in (1, 2, 5);
insert into appointments (patient_id, staff_member_id, starts_at, created_at, updated_at) select 1 + n % 46, 1 + n % 11, timestamp '2026-03-10 09:00' + n * interval '30 minutes', timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 45) n;
insert into bot_prompts (name, body, published, created_at, updated_at) select 'prompt ' || n, 'Ask one question at a time.', n % 2 = 0, timestamp '2026-02-03', timestamp '2026-02-03' from generate_series(1, 6) n;
insert into api_tokens (clinic_id, digest, created_at, updated_at) select n, md5(n::text), timestamp '2026-02-02', timestamp '2026-02-02' from generate_series(1, 3) n;
insert into audits (auditable_type, auditable_id, staff_member_id, action, changeset, created_at) select 'Intake', 1 + n % 80, 1 + n % 11, 'update', '{}', timestamp '2026-03-19 08:00' - n * interval '3 hours' from generate_series(1, 150) n;
insert into flipper_features (key, created_at, updated_at) select 'feature_' || n, timestamp '2026-02-03', timestamp '2026-02-03' from generate_series(1, 4) n;
insert into notifications (staff_member_id, body, created_at, updated_at) select 1 + n % 11, 'A patient waits', timestamp '2026-03-19 08:00' - n * interval '7 hours', timestamp '2026-03-19 08:00' from generate_series(1, 60) n;
insert into reimbursements (clinic_id, amount_cents, state, created_at, updated_at) select 1 + n % 3, 10000, 'paid', timestamp '2026-03-01', timestamp '2026-03-01' from generate_series(1, 9) n;
