-- An invented database of Lumen, a university's study tutor (Prisma, camelCase columns, cuid keys, enum types); its adapter, written by hand before the first run, is in the folder.
create type "Role" as enum ('STUDENT', 'LECTURER', 'ADMIN');
create type "AccountState" as enum ('ACTIVE', 'SUSPENDED', 'GRADUATED');
create type "Speaker" as enum ('LEARNER', 'TUTOR', 'SYSTEM');
create type "MaterialState" as enum ('UPLOADED', 'CHUNKING', 'EMBEDDED', 'ERRORED');
create type "Term" as enum ('WINTER', 'SUMMER');

create table "_prisma_migrations" (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count int not null default 0);
create table "Faculty" ("id" text primary key, "name" text not null, "code" text not null unique, "createdAt" timestamp(3) not null default current_timestamp);
create table "User" (
  "id" text primary key, "email" text not null, "name" text, "image" text, "emailVerified" timestamp(3), "matriculation" text, "role" "Role" not null default 'STUDENT', "state" "AccountState" not null default 'ACTIVE',
  "facultyId" text references "Faculty" ("id") on delete set null on update cascade, "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null);
create unique index "User_email_key" on "User" ("email");
create table "Account" (
  "id" text primary key, "userId" text not null references "User" ("id") on delete cascade on update cascade, "type" text not null, "provider" text not null, "providerAccountId" text not null,
  "refresh_token" text, "access_token" text, "expires_at" int, "scope" text, unique ("provider", "providerAccountId"));
create table "Session" ("id" text primary key, "sessionToken" text not null unique, "userId" text not null references "User" ("id") on delete cascade on update cascade, "expires" timestamp(3) not null);
create table "VerificationToken" ("identifier" text not null, "token" text not null unique, "expires" timestamp(3) not null, unique ("identifier", "token"));
create table "Course" ("id" text primary key, "facultyId" text not null references "Faculty" ("id"), "title" text not null, "term" "Term" not null, "year" int not null, "lecturerId" text references "User" ("id") on delete set null, "createdAt" timestamp(3) not null default current_timestamp);
create table "Enrolment" ("courseId" text not null references "Course" ("id") on delete cascade, "userId" text not null references "User" ("id") on delete cascade, "enrolledAt" timestamp(3) not null default current_timestamp, primary key ("courseId", "userId"));
create table "StudySession" (
  "id" text primary key, "learnerId" text not null references "User" ("id") on delete cascade on update cascade, "courseId" text references "Course" ("id") on delete set null on update cascade, "topic" text, "spoken" boolean not null default false,
  "archivedAt" timestamp(3), "deletedAt" timestamp(3), "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null);
create index "StudySession_learnerId_idx" on "StudySession" ("learnerId");
create table "Turn" (
  "id" text primary key, "studySessionId" text not null references "StudySession" ("id") on delete cascade on update cascade, "speaker" "Speaker" not null, "markdown" text not null, "audioUrl" text, "modelName" text, "usage" jsonb,
  "createdAt" timestamp(3) not null default current_timestamp);
create index "Turn_studySessionId_createdAt_idx" on "Turn" ("studySessionId", "createdAt");
create table "TurnReview" (
  "id" text primary key, "turnId" text not null references "Turn" ("id") on delete cascade on update cascade, "reviewerId" text not null references "User" ("id") on delete cascade on update cascade, "stars" int not null, "note" text,
  "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null, unique ("turnId", "reviewerId"));
create table "Material" (
  "id" text primary key, "courseId" text not null references "Course" ("id") on delete cascade on update cascade, "uploaderId" text references "User" ("id") on delete set null on update cascade, "title" text not null, "fileName" text not null, "contentType" text not null,
  "sizeInBytes" int not null, "storageKey" text not null, "state" "MaterialState" not null default 'UPLOADED', "errorDetail" text, "chunkTotal" int, "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null, "deletedAt" timestamp(3));
create table "Quiz" ("id" text primary key, "courseId" text not null references "Course" ("id") on delete cascade, "title" text not null, "createdAt" timestamp(3) not null default current_timestamp);
create table "QuizAttempt" ("id" text primary key, "quizId" text not null references "Quiz" ("id") on delete cascade, "userId" text not null references "User" ("id") on delete cascade, "score" double precision, "startedAt" timestamp(3) not null default current_timestamp, "submittedAt" timestamp(3));
create table "ApiKey" ("id" text primary key, "userId" text not null references "User" ("id") on delete cascade, "hashedKey" text not null unique, "createdAt" timestamp(3) not null default current_timestamp, "lastUsedAt" timestamp(3));
create table "FeatureToggle" ("key" text primary key, "enabled" boolean not null default false, "updatedAt" timestamp(3) not null);
create table "AuditEvent" ("id" text primary key, "actorId" text references "User" ("id") on delete set null, "verb" text not null, "target" text not null, "payload" jsonb, "createdAt" timestamp(3) not null default current_timestamp);
create table "NotificationSetting" ("userId" text primary key references "User" ("id") on delete cascade, "weeklyDigest" boolean not null default true, "updatedAt" timestamp(3) not null);

create function k(kind text, n int) returns text language sql immutable as $$ select 'c' || substr(md5(kind || n), 1, 24) $$;
insert into "_prisma_migrations" select md5('m' || n), md5('c' || n), timestamptz '2025-12-01' + n * interval '5 days', '2025120' || n || '_change', null, null, timestamptz '2025-12-01' + n * interval '5 days', 1 from generate_series(1, 9) n;
insert into "Faculty" select k('fac', n), (array['Mathematics', 'Law', 'Medicine'])[n], 'F0' || n, timestamp '2025-12-01' from generate_series(1, 3) n;
insert into "User" select k('user', n), 's' || n || '@uni.example', case when n % 9 > 0 then (array['Ines Falk', 'Tom Reuter', 'Yara Demir'])[1 + n % 3] || ' ' || n end, null, timestamp '2026-02-01', case when n % 8 > 0 then 'M' || 40000 + n end,
  (case when n in (8, 32) then 'ADMIN' when n % 8 = 0 then 'LECTURER' else 'STUDENT' end)::"Role", (case when n % 13 = 0 then 'SUSPENDED' when n % 10 = 0 then 'GRADUATED' else 'ACTIVE' end)::"AccountState", k('fac', 1 + n % 3),
  timestamp '2026-03-19 06:45' - n * interval '17 hours 20 minutes', timestamp '2026-03-19 07:00' - n * interval '5 hours' from generate_series(1, 56) n;
insert into "Account" select k('acc', n), k('user', n), 'oauth', 'shibboleth', 'x' || n, null, null, null, 'openid' from generate_series(1, 56) n;
insert into "Session" select k('ses', n), md5('tok' || n), k('user', 1 + n % 56), timestamp '2026-04-20' from generate_series(1, 70) n;
insert into "Course" select k('course', n), k('fac', 1 + n % 3), 'Course ' || n, 'WINTER', 2026, k('user', 8 * (1 + n % 7)), timestamp '2026-02-01' from generate_series(1, 9) n;
insert into "Enrolment" select k('course', c), k('user', n), timestamp '2026-02-02' from generate_series(1, 9) c, generate_series(1, 56) n where (n + c) % 3 = 0;
insert into "StudySession" select k('study', n), k('user', 1 + n * 11 % 52), case when n % 5 > 0 then k('course', 1 + n % 9) end, case when n % 4 > 0 then 'Limits and continuity' end, n % 7 = 0, case when n % 6 = 0 then t + interval '9 days' end,
  case when n % 11 = 0 then t + interval '1 day' end, t, t + interval '1 hour' from generate_series(1, 88) n, lateral (select timestamp '2026-03-20 08:05:10' - n * interval '11 hours 15 minutes' as t) x;
insert into "Turn" select k('turn', s * 100 + j), k('study', s), (case when j = 0 and s % 3 = 0 then 'SYSTEM' when (j + (s % 3 = 0)::int) % 2 = 0 then 'LEARNER' else 'TUTOR' end)::"Speaker", (array['Why is this series convergent?', 'Compare it with 1/n².'])[1 + j % 2],
  null, case when (j + (s % 3 = 0)::int) % 2 = 1 then 'claude-haiku' end, case when (j + (s % 3 = 0)::int) % 2 = 1 then jsonb_build_object('input', 100 + j, 'output', 40 + s) end, timestamp '2026-03-20 08:05:10' - s * interval '11 hours 15 minutes' + j * interval '1 minute 20 seconds'
  from generate_series(1, 88) s, generate_series(0, 11) j where j < 3 + s % 7;
insert into "TurnReview" select k('review', r::int), "id", "learnerId", 1 + (r * 7 % 5)::int, case r % 3 when 0 then 'helped me' when 1 then '' end, at + interval '4 minutes', at + interval '4 minutes' from (
  select t."id", s."learnerId", t."createdAt" as at, row_number() over (order by t."id") as r from "Turn" t join "StudySession" s on s."id" = t."studySessionId" where t."speaker" = 'TUTOR') x where r % 7 > 2;
insert into "Material" select k('mat', n), k('course', 1 + n % 9), case when n % 10 > 0 then k('user', 8 * (1 + n % 7)) end, 'Lecture ' || n, 'lecture ' || n || (array['.pdf', '.pptx', '.ipynb', '.PDF'])[1 + n % 4], 'application/octet-stream', 50000 + 313 * n, 'm/' || n, s::"MaterialState",
  case when s = 'ERRORED' then (array['Slides contain only images', 'Timeout while embedding'])[1 + n / 6 % 2] end, case when s = 'EMBEDDED' then 5 + n end, t, t + interval '10 minutes', case when n % 12 = 0 then t + interval '2 days' end
  from generate_series(1, 42) n, lateral (select timestamp '2026-03-18 13:00' - n * interval '21 hours' as t, (array['EMBEDDED', 'EMBEDDED', 'ERRORED', 'EMBEDDED', 'CHUNKING', 'UPLOADED'])[1 + n % 6] as s) x;
insert into "Quiz" select k('quiz', n), k('course', 1 + n % 9), 'Quiz ' || n, timestamp '2026-02-10' from generate_series(1, 12) n;
insert into "QuizAttempt" select k('att', n), k('quiz', 1 + n % 12), k('user', 1 + n % 52), n % 10, timestamp '2026-03-15' - n * interval '6 hours', timestamp '2026-03-15' - n * interval '5 hours' from generate_series(1, 60) n;
insert into "ApiKey" select k('key', n), k('user', 8 * n), md5('k' || n), timestamp '2026-02-12', null from generate_series(1, 5) n;
insert into "FeatureToggle" select 'toggle' || n, n % 2 = 0, timestamp '2026-02-01' from generate_series(1, 6) n;
insert into "AuditEvent" select k('aud', n), k('user', 1 + n % 56), (array['material.uploaded', 'user.suspended', 'course.created'])[1 + n % 3], 't' || n, '{}', timestamp '2026-03-19' - n * interval '8 hours' from generate_series(1, 75) n;
insert into "NotificationSetting" select k('user', n), n % 2 = 0, timestamp '2026-02-05' from generate_series(1, 50) n;
