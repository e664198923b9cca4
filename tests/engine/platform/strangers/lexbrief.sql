-- An invented database of a legal research copilot (Prisma); its adapter, written by hand before the first run, is in the folder.
create type "MemberStanding" as enum ('ASSOCIATE', 'PARTNER', 'FIRM_ADMIN');
create type "Speaker" as enum ('COUNSEL', 'COPILOT');
create type "Thumb" as enum ('UP', 'DOWN');
create type "IngestState" as enum ('QUEUED', 'PARSING', 'INDEXED', 'FAILED');
create table "_prisma_migrations" (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text,
  rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
create table "Firm" (id text primary key, name text not null, slug text not null unique, "createdAt" timestamp(3) not null default current_timestamp);
create table "Member" (id text primary key, "firmId" text not null references "Firm" (id), email text not null unique, "givenName" text, "familyName" text,
  standing "MemberStanding" not null default 'ASSOCIATE', "suspendedAt" timestamp(3), "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null);
create table "BrowserSession" (id text primary key, "memberId" text not null references "Member" (id) on delete cascade, token text not null unique, "userAgent" text, "expiresAt" timestamp(3) not null,
  "createdAt" timestamp(3) not null default current_timestamp);
create table "ApiKey" (id text primary key, "memberId" text not null references "Member" (id), label text not null, "hashedKey" text not null, "createdAt" timestamp(3) not null default current_timestamp, "revokedAt" timestamp(3));
create table "Matter" (id text primary key, "firmId" text not null references "Firm" (id), reference text not null, title text not null, "closedAt" timestamp(3), "createdAt" timestamp(3) not null default current_timestamp);
create table "Dialogue" (id text primary key, "matterId" text references "Matter" (id) on delete set null, "openedById" text not null references "Member" (id), title text, "archivedAt" timestamp(3), "trashedAt" timestamp(3),
  "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null);
create table "Entry" (id text primary key, "dialogueId" text not null references "Dialogue" (id) on delete cascade, speaker "Speaker" not null, body text not null, "tokenCount" integer, "isDraft" boolean not null default false,
  "createdAt" timestamp(3) not null default current_timestamp);
create index on "Entry" ("dialogueId", "createdAt");
create table "Verdict" (id text primary key, "entryId" text not null references "Entry" (id) on delete cascade, "memberId" text not null references "Member" (id), thumb "Thumb" not null, remark text,
  "createdAt" timestamp(3) not null default current_timestamp, unique ("entryId", "memberId"));
create table "Authority" (id text primary key, "firmId" text not null references "Firm" (id), "uploadedById" text references "Member" (id) on delete set null, "fileName" text not null, "mimeType" text not null, "byteSize" integer not null,
  "ingestState" "IngestState" not null default 'QUEUED', "failureNote" text, "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null, "deletedAt" timestamp(3));
create table "Passage" (id text primary key, "authorityId" text not null references "Authority" (id) on delete cascade, ordinal integer not null, text text not null, unique ("authorityId", ordinal));
create table "Citation" ("entryId" text not null references "Entry" (id) on delete cascade, "passageId" text not null references "Passage" (id) on delete cascade, primary key ("entryId", "passageId"));
create table "PromptTemplate" (id text primary key, key text not null unique, body text not null, version integer not null default 1, "updatedAt" timestamp(3) not null);
create table "FeatureFlag" (id text primary key, key text not null unique, enabled boolean not null default false);
create table "AuditEvent" (id text primary key, "actorId" text references "Member" (id), action text not null, target text, "createdAt" timestamp(3) not null default current_timestamp);
create table "Notification" (id text primary key, "memberId" text not null references "Member" (id), kind text not null, body text not null, "readAt" timestamp(3), "createdAt" timestamp(3) not null default current_timestamp);
create table "Invoice" (id text primary key, "firmId" text not null references "Firm" (id), "amountCents" integer not null, status text not null, "issuedAt" timestamp(3) not null);
create function cuid(kind text, n int) returns text language sql immutable as $$ select 'c' || substr(md5(kind || n), 1, 24) $$;
insert into "_prisma_migrations" select md5(n::text)::uuid::text, md5(n::text), now(), '2026020' || n || '_step', null, null, now(), 1 from generate_series(1, 4) n;
insert into "Firm" select cuid('firm', n), 'Firm ' || n, 'firm-' || n, timestamp '2026-02-01' from generate_series(1, 4) n;
insert into "Member" select cuid('member', n), cuid('firm', 1 + n % 4), 'm' || n || '@example.org', case when n % 7 > 0 then 'Given' || n end, case when n % 5 > 0 then 'Family' || n end,
  (array['ASSOCIATE', 'PARTNER', 'ASSOCIATE', 'ASSOCIATE', 'FIRM_ADMIN'])[1 + n % 5]::"MemberStanding", case when n % 11 = 0 then timestamp '2026-03-10 08:00' end,
  timestamp '2026-02-01 07:30' + n * interval '5 hours', timestamp '2026-03-02 09:00' + n * interval '1 hour' from generate_series(1, 42) n;
insert into "BrowserSession" select cuid('bs', n), cuid('member', 1 + n % 42), md5(n::text), 'Mozilla/5.0', timestamp '2026-04-01', timestamp '2026-03-20 08:00' - n * interval '3 hours' from generate_series(1, 120) n;
insert into "ApiKey" select cuid('key', n), cuid('member', n), 'key ' || n, md5('k' || n), timestamp '2026-02-20', null from generate_series(1, 6) n;
insert into "Matter" select cuid('matter', n), cuid('firm', 1 + n % 4), '2026/' || n, 'Matter ' || n, case when n % 6 = 0 then timestamp '2026-03-15' end, timestamp '2026-02-02' + n * interval '1 day' from generate_series(1, 25) n;
insert into "Dialogue" select cuid('dialogue', n), case when n % 4 > 0 then cuid('matter', 1 + n % 25) end, cuid('member', 1 + n * 5 % 42), 'Research ' || n, case when n % 8 = 0 then timestamp '2026-03-19' end,
  case when n % 12 = 0 then timestamp '2026-03-19 12:00' end, timestamp '2026-03-20 11:00' - n * interval '11 hours', timestamp '2026-03-20 11:30' - n * interval '11 hours' from generate_series(1, 90) n;
insert into "Entry" select cuid('entry', d * 100 + k), cuid('dialogue', d), (array['COUNSEL', 'COPILOT'])[1 + k % 2]::"Speaker", case k % 2 when 0 then 'Is clause ' || k || ' enforceable?' else 'Case law on this says ' || k end,
  case when k % 2 = 1 then 200 + k end, k = 6, timestamp '2026-03-20 11:00' - d * interval '11 hours' + k * interval '3 minutes' from generate_series(1, 90) d, generate_series(0, 3 + d % 4) k;
insert into "Verdict" select cuid('verdict', d * 10 + k), cuid('entry', d * 100 + k), cuid('member', 1 + d * 5 % 42), (case when (d + k) % 4 = 0 then 'DOWN' else 'UP' end)::"Thumb", case when d % 5 = 0 then 'Wrong jurisdiction' end,
  timestamp '2026-03-20 11:10' - d * interval '11 hours' + k * interval '3 minutes' from generate_series(1, 90) d, generate_series(1, 3, 2) k where (d + k) % 3 = 0;
insert into "Authority" select cuid('auth', n), cuid('firm', 1 + n % 4), case when n % 9 > 0 then cuid('member', 1 + n % 42) end, 'ruling ' || n || (array['.pdf', '.docx', '.PDF', '.txt'])[1 + n % 4],
  (array['application/pdf', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/pdf', 'text/plain'])[1 + n % 4], 20000 + n * 311,
  (array['INDEXED', 'INDEXED', 'FAILED', 'PARSING', 'INDEXED', 'QUEUED'])[1 + n % 6]::"IngestState", case when n % 6 = 2 then 'Unreadable page ' || n end, timestamp '2026-02-03 10:00' + n * interval '20 hours',
  timestamp '2026-02-03 11:00' + n * interval '20 hours', case when n % 13 = 0 then timestamp '2026-03-18' end from generate_series(1, 50) n;
insert into "Passage" select cuid('passage', a * 100 + k), cuid('auth', a), k, 'Paragraph ' || k from generate_series(1, 50) a, generate_series(1, 2 + a % 5) k where a % 6 in (0, 1, 4);
insert into "Citation" select distinct cuid('entry', d * 100 + 1), cuid('passage', (d % 8 * 6 + 1) * 100 + 1) from generate_series(1, 90) d;
insert into "PromptTemplate" select cuid('pt', n), 'prompt_' || n, 'You are a careful research assistant.', n, timestamp '2026-02-10' from generate_series(1, 5) n;
insert into "FeatureFlag" select cuid('ff', n), 'flag_' || n, n % 2 = 0 from generate_series(1, 6) n;
insert into "AuditEvent" select cuid('ae', n), cuid('member', 1 + n % 42), 'dialogue.open', cuid('dialogue', 1 + n % 90), timestamp '2026-03-20 09:00' - n * interval '4 hours' from generate_series(1, 200) n;
insert into "Notification" select cuid('nt', n), cuid('member', 1 + n % 42), 'digest', 'Weekly digest', null, timestamp '2026-03-16 06:00' from generate_series(1, 60) n;
insert into "Invoice" select cuid('inv', n), cuid('firm', 1 + n % 4), 49900, 'paid', timestamp '2026-03-01' from generate_series(1, 8) n;
