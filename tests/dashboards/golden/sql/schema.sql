-- What `gendash db migrate` makes, for reading; it also keeps a record of it, which this file does not.

create role gendash_owner nologin;

create role gendash_reader nologin;

create role gendash_admin_reader nologin;

alter role gendash_reader connection limit 20;

alter role gendash_reader set default_transaction_read_only = 'on';

alter role gendash_reader set statement_timeout = '5s';

alter role gendash_reader set idle_in_transaction_session_timeout = '10s';

alter role gendash_reader set work_mem = '16MB';

alter role gendash_reader set jit = 'off';

alter role gendash_reader set temp_file_limit = '256MB';

alter role gendash_admin_reader connection limit 20;

alter role gendash_admin_reader set default_transaction_read_only = 'on';

alter role gendash_admin_reader set statement_timeout = '5s';

alter role gendash_admin_reader set idle_in_transaction_session_timeout = '10s';

alter role gendash_admin_reader set work_mem = '16MB';

alter role gendash_admin_reader set jit = 'off';

alter role gendash_admin_reader set temp_file_limit = '256MB';

create schema gendash authorization gendash_owner;

comment on schema gendash is 'Made and kept by gendash: summaries for its dashboards.';

set role gendash_owner;

create table gendash._object (
  name text not null,
  kind text not null,
  hash text not null,
  made_at timestamptz not null,
  primary key (name, kind)
);

create table gendash._apply (
  server text not null,
  at timestamptz not null,
  content text not null,
  primary key (server, at)
);

create table gendash._audit (
  name text not null,
  at timestamptz not null,
  found bigint,
  sample text,
  error text,
  doc text not null,
  severity text not null,
  cadence_s float8 not null,
  duration_s float8 not null,
  primary key (name, at)
);

create table gendash._budget (
  name text not null,
  next_at timestamptz not null,
  primary key (name)
);

create table gendash._changed (
  relation text not null,
  day date not null,
  transaction xid8 not null,
  at timestamptz default now() not null,
  primary key (relation, day, transaction)
);

create table gendash._delivered (
  server text not null,
  uid text not null,
  digest text not null,
  written_at timestamptz not null,
  primary key (server, uid)
);

create table gendash._former_user (
  user_hash text not null,
  noted_at timestamptz not null,
  primary key (user_hash)
);

create table gendash._lease (
  name text not null,
  owner text not null,
  since timestamptz not null,
  until timestamptz not null,
  primary key (name)
);

create table gendash._refresh (
  relation text not null,
  started_at timestamptz,
  finished_at timestamptz,
  full_at timestamptz,
  begun_at timestamptz,
  duration_s float8,
  rows bigint,
  written bigint,
  newest timestamptz,
  cadence_s float8,
  snapshot pg_snapshot,
  store oid,
  absent text[],
  error text,
  error_at timestamptz,
  primary key (relation)
);

create table gendash._secret (
  name text not null,
  key bytea not null,
  inner_pad bytea not null,
  outer_pad bytea not null,
  made_at timestamptz not null,
  primary key (name)
);

create table gendash._signature (
  relation text not null,
  day date not null,
  rows bigint,
  signature bigint,
  primary key (relation, day)
);

create table gendash._sync (
  project text not null,
  stream text not null,
  closed_from timestamptz,
  closed_until timestamptz,
  windows bigint not null,
  looked_48h timestamptz,
  look_48h_at timestamptz,
  looked_30d timestamptz,
  look_30d_at timestamptz,
  project_id text,
  fields text[],
  api text,
  server text,
  rows bigint not null,
  written bigint not null,
  requests bigint not null,
  kept_before timestamptz,
  server_keeps text,
  too_wide_s float8,
  too_wide_at timestamptz,
  too_wide_sure boolean,
  page_rows int,
  range_from timestamptz,
  range_at timestamptz,
  range_began timestamptz,
  resume_at timestamptz,
  finished_at timestamptz,
  error text,
  error_at timestamptz,
  primary key (project, stream)
);

create table gendash.lf_model (
  project text not null,
  id text not null,
  name text not null,
  match_pattern text,
  start_date timestamptz,
  unit text,
  tokenizer text,
  input_usd numeric,
  output_usd numeric,
  prices jsonb not null,
  tiers int not null,
  pricing_tiers jsonb,
  is_managed boolean not null,
  primary key (project, id)
);

create table gendash.lf_observation (
  project text not null,
  trace_id text not null,
  id text not null,
  parent_id text,
  type text not null,
  name text,
  model text,
  level text not null,
  environment text not null,
  release text,
  version text,
  start_time timestamptz not null,
  end_time timestamptz,
  completion_start_time timestamptz,
  latency_s float8,
  ttft_s float8,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_tokens bigint not null,
  reasoning_tokens bigint not null,
  total_tokens bigint not null,
  usage jsonb not null,
  cost_usd numeric,
  cost jsonb not null,
  cost_source text,
  user_hash text,
  user_id text,
  session_id text,
  tags text[] not null,
  trace_name text,
  is_root boolean not null,
  prompt_name text,
  prompt_version int,
  error_class text,
  error_text text,
  model_parameters jsonb,
  metadata jsonb not null,
  updated_at timestamptz not null,
  digest bigint,
  primary key (project, trace_id, id)
);

create index on gendash.lf_observation (start_time, project);

create table gendash.lf_rejected (
  project text not null,
  stream text not null,
  at timestamptz not null,
  spans tstzmultirange,
  trace_id text not null,
  id text not null,
  number int not null,
  start_time timestamptz,
  reason text not null,
  primary key (project, stream, at, trace_id, id, number)
);

create table gendash.lf_score (
  project text not null,
  id text not null,
  trace_id text,
  observation_id text,
  session_id text,
  name text not null,
  source text not null,
  data_type text not null,
  value_num float8,
  value_text text,
  comment text,
  author_id text,
  environment text not null,
  at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  digest bigint,
  primary key (project, id)
);

create index on gendash.lf_score (project, at);

create table gendash.user_entity (
  user_id text not null,
  user_hash text not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  role text not null,
  is_active boolean not null,
  primary key (user_id)
);

create index on gendash.user_entity (created_at);

create table gendash.rating_entity (
  feedback_id text not null,
  message_id text not null,
  user_id text,
  rating int not null,
  has_comment boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz,
  primary key (feedback_id)
);

create index on gendash.rating_entity (created_at);

create table gendash.user_day (
  day date not null,
  user_id text not null,
  messages bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (day, user_id)
);

create table gendash.conversation_hour (
  hour timestamptz not null,
  channel text not null,
  anonymous boolean not null,
  conversations bigint not null,
  primary key (hour, channel, anonymous)
);

create table gendash.conversation_entity (
  conversation_id text not null,
  user_id text,
  created_at timestamptz not null,
  anonymous boolean not null,
  channel text not null,
  intent text,
  primary key (conversation_id)
);

create index on gendash.conversation_entity (created_at);

create index on gendash.conversation_entity (user_id);

create table gendash.ticket_entity (
  ticket_id text not null,
  created_by text,
  assigned_to text,
  category text not null,
  status text not null,
  priority text not null,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  sla_due_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz,
  waits boolean not null,
  ended_at timestamptz,
  acted_at timestamptz not null,
  primary key (ticket_id)
);

create index on gendash.ticket_entity (created_at);

create index on gendash.ticket_entity (acted_at);

create index on gendash.ticket_entity (waits, created_at);

create index on gendash.ticket_entity (waits, sla_due_at);

create index on gendash.ticket_entity (resolved_at);

create table gendash.ticket_move (
  move_id text not null,
  ticket_id text not null,
  from_status text,
  to_status text not null,
  changed_at timestamptz not null,
  primary key (move_id)
);

create index on gendash.ticket_move (ticket_id, changed_at);

create table gendash.document_entity (
  document_id text not null,
  user_id text,
  status text not null,
  file_type text not null,
  file_size bigint,
  chunks bigint not null,
  failure_reason text,
  created_at timestamptz not null,
  updated_at timestamptz,
  primary key (document_id)
);

create index on gendash.document_entity (created_at);

create index on gendash.document_entity (status);

create table gendash.intent_conversation_day (
  day date not null,
  conversation_id text not null,
  intent text not null,
  messages bigint not null,
  primary key (day, conversation_id, intent)
);

create table gendash.intent_rating_day (
  day date not null,
  intent text not null,
  ratings bigint not null,
  satisfied bigint not null,
  primary key (day, intent)
);

create table gendash.user_name (
  user_id text not null,
  created_at timestamptz not null,
  name text,
  primary key (user_id)
);

create table gendash.message_conversation_day (
  day date not null,
  conversation_id text not null,
  messages bigint not null,
  user_messages bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (day, conversation_id)
);

create index on gendash.message_conversation_day (conversation_id);

create table gendash.message_hour (
  hour timestamptz not null,
  role text not null,
  messages bigint not null,
  newest timestamptz not null,
  primary key (hour, role)
);

create table gendash.rating_answer_hour (
  hour timestamptz not null,
  anonymous boolean not null,
  answers bigint not null,
  primary key (hour, anonymous)
);

create table gendash.rating_detail (
  feedback_id text not null,
  user_id text,
  rating int not null,
  comment text,
  created_at timestamptz not null,
  message_id text not null,
  is_answer boolean not null,
  conversation_id text not null,
  answered_at timestamptz not null,
  trace_id text,
  primary key (feedback_id)
);

create index on gendash.rating_detail (created_at);

create index on gendash.rating_detail (trace_id);

create table gendash.rating_message (
  feedback_id text not null,
  created_at timestamptz not null,
  message_id text not null,
  is_answer boolean not null,
  conversation_id text not null,
  answered_at timestamptz not null,
  primary key (feedback_id)
);

create table gendash.database_day (
  day date not null,
  sampled_at timestamptz not null,
  bytes bigint not null,
  gendash_bytes bigint not null,
  primary key (day)
);

create table gendash.database_table (
  schema_name text not null,
  table_name text not null,
  is_gendash boolean not null,
  bytes bigint not null,
  index_bytes bigint not null,
  rows bigint,
  tables bigint not null,
  primary key (schema_name, table_name)
);

create table gendash.retained_week (
  week date not null,
  cohort date not null,
  retained bigint not null,
  primary key (week, cohort)
);

create table gendash.user_mix_day (
  day date not null,
  at timestamptz not null,
  first_time bigint not null,
  returning_users bigint not null,
  primary key (day)
);

create table gendash.active_day (
  day date not null,
  dau bigint not null,
  wau bigint not null,
  mau bigint not null,
  conversations bigint not null,
  anonymous bigint not null,
  primary key (day)
);

create table gendash.group_word (
  subject text not null,
  word text not null,
  rows bigint not null,
  primary key (subject, word)
);

create table gendash.llm_cache_hour (
  hour timestamptz not null,
  environment text not null,
  model text not null,
  calls bigint not null,
  cached_tokens bigint not null,
  saved_usd numeric not null,
  primary key (hour, environment, model)
);

create table gendash.llm_error_hour (
  hour timestamptz not null,
  environment text not null,
  model text not null,
  error_class text not null,
  calls bigint not null,
  primary key (hour, environment, model, error_class)
);

create table gendash.llm_group_hour (
  dimension text not null,
  hour timestamptz not null,
  environment text not null,
  value text not null,
  model text not null,
  calls bigint not null,
  errors bigint not null,
  timed bigint not null,
  spent_s float8 not null,
  tokens bigint not null,
  priced bigint not null,
  cost_usd numeric not null,
  primary key (dimension, hour, environment, value, model)
);

create table gendash.llm_hour (
  hour timestamptz not null,
  environment text not null,
  model text not null,
  type text not null,
  calls bigint not null,
  errors bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_tokens bigint not null,
  total_tokens bigint not null,
  cost_usd numeric not null,
  uncosted bigint not null,
  newest timestamptz not null,
  primary key (hour, environment, model, type)
);

create table gendash.llm_latency_day (
  day date not null,
  environment text not null,
  model text not null,
  calls bigint not null,
  timed bigint not null,
  p50_s float8,
  p95_s float8,
  p99_s float8,
  streamed bigint not null,
  ttft_p50_s float8,
  ttft_p95_s float8,
  speed_p50 float8,
  tokens_p50 float8 not null,
  tokens_p95 float8 not null,
  input_p95 float8 not null,
  primary key (day, environment, model)
);

create table gendash.llm_latency_hour (
  hour timestamptz not null,
  environment text not null,
  model text not null,
  calls bigint not null,
  timed bigint not null,
  p50_s float8,
  p95_s float8,
  p99_s float8,
  streamed bigint not null,
  ttft_p50_s float8,
  ttft_p95_s float8,
  speed_p50 float8,
  tokens_p50 float8 not null,
  tokens_p95 float8 not null,
  input_p95 float8 not null,
  primary key (hour, environment, model)
);

create table gendash.llm_turn (
  project text not null,
  trace_id text not null,
  started_at timestamptz not null,
  environment text not null,
  user_hash text not null,
  calls bigint not null,
  failed_calls bigint not null,
  retries bigint not null,
  tool_calls bigint not null,
  failed boolean not null,
  duration_s float8 not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  total_tokens bigint not null,
  cost_usd numeric,
  failed_cost_usd numeric not null,
  retry_cost_usd numeric not null,
  uncosted bigint not null,
  primary key (project, trace_id)
);

create index on gendash.llm_turn (started_at);

create index on gendash.llm_turn (trace_id);

create table gendash.llm_group_day (
  dimension text not null,
  day date not null,
  environment text not null,
  value text not null,
  model text not null,
  calls bigint not null,
  errors bigint not null,
  timed bigint not null,
  spent_s float8 not null,
  tokens bigint not null,
  priced bigint not null,
  cost_usd numeric not null,
  primary key (dimension, day, environment, value, model)
);

create table gendash.llm_turn_day (
  day date not null,
  environment text not null,
  turns bigint not null,
  failed bigint not null,
  untagged bigint not null,
  calls bigint not null,
  failed_calls bigint not null,
  retries bigint not null,
  tool_calls bigint not null,
  priced bigint not null,
  cost_usd numeric not null,
  failed_cost_usd numeric not null,
  retry_cost_usd numeric not null,
  cost_p50_usd float8,
  cost_p95_usd float8,
  calls_p50 float8 not null,
  calls_p95 float8 not null,
  calls_max bigint not null,
  duration_p50_s float8 not null,
  duration_p95_s float8 not null,
  primary key (day, environment)
);

create table gendash.llm_turn_hour (
  hour timestamptz not null,
  environment text not null,
  turns bigint not null,
  failed bigint not null,
  untagged bigint not null,
  calls bigint not null,
  failed_calls bigint not null,
  retries bigint not null,
  tool_calls bigint not null,
  priced bigint not null,
  cost_usd numeric not null,
  failed_cost_usd numeric not null,
  retry_cost_usd numeric not null,
  cost_p50_usd float8,
  cost_p95_usd float8,
  calls_p50 float8 not null,
  calls_p95 float8 not null,
  calls_max bigint not null,
  duration_p50_s float8 not null,
  duration_p95_s float8 not null,
  primary key (hour, environment)
);

create table gendash.llm_user_day (
  day date not null,
  environment text not null,
  user_hash text not null,
  turns bigint not null,
  calls bigint not null,
  tokens bigint not null,
  cost_usd numeric not null,
  last_at timestamptz not null,
  primary key (day, environment, user_hash)
);

create index on gendash.llm_user_day (user_hash);

create table gendash.daily_snapshot (
  day date not null,
  subject text not null,
  state text not null,
  part text not null,
  amount bigint not null,
  chunks bigint,
  known text not null,
  primary key (day, subject, state, part)
);

create or replace function gendash.clock_pass(text) returns text
language sql stable parallel safe as 'select encode(sha256(key || convert_to(''clock '' || $1, ''UTF8'')), ''hex'') from gendash._secret where name = ''user_hash''';

create or replace function gendash.set_clock() returns timestamptz
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as 'select case when pg_has_role(session_user, current_user, ''member'') or split_part(current_setting(''gendash.now''), ''#'', 2) = gendash.clock_pass(split_part(current_setting(''gendash.now''), ''#'', 1)) then split_part(current_setting(''gendash.now''), ''#'', 1)::timestamptz else now() end';

create or replace function gendash.clock() returns timestamptz
language sql stable parallel safe as 'select case when coalesce(current_setting(''gendash.now'', true), '''') = '''' then now() when has_function_privilege(''gendash.clock_pass(text)'', ''execute'') then current_setting(''gendash.now'')::timestamptz else gendash.set_clock() end';

create or replace function gendash.user_hash(text) returns text
language sql stable strict as 'select encode(sha256(outer_pad || sha256(inner_pad || convert_to($1, ''UTF8''))), ''hex'') from gendash._secret where name = ''user_hash''';

create or replace function gendash.note_days() returns trigger
language plpgsql as '
declare
  touched text := case tg_op when ''INSERT'' then ''select * from new_rows'' when ''DELETE'' then ''select * from old_rows''
    when ''UPDATE'' then ''select * from new_rows union all select * from old_rows'' end;
  days text := format(''select %s as day from (%s) as touched'', tg_argv[1], touched);
begin
  if touched is null then
    days := ''select null::date as day'';
  elsif tg_nargs > 2 then
    days := format(''%s union select %s from %I.%I where (%s) in (select %s from (%s) as touched)'',
      days, tg_argv[1], tg_table_schema, tg_table_name, tg_argv[2], tg_argv[2], touched);
  end if;
  execute format(''insert into gendash._changed (relation, day, transaction)
    select distinct %L, coalesce(day, ''''-infinity''''), pg_current_xact_id() from (%s) as days on conflict do nothing'',
    tg_argv[0], days);
  return null;
end
';

create view gendash.audit_now as
with last as (
  select distinct on (name) *, greatest(extract(epoch from gendash.clock() - at), 0)::float8 as age_s
  from gendash._audit
  where at <= gendash.clock()
  order by name, at desc
)
select
  name,
  case
    when age_s > 2 * cadence_s then 'late'
    when found is null then 'failed'
    when found > 0 then 'found'
    else 'passed'
  end as state,
  severity,
  doc,
  found,
  coalesce(error, sample) as sample,
  case when found is distinct from 0 then (
    select min(run.at) from gendash._audit as run
    where run.name = last.name and run.at > coalesce(
      (
        select max(passed.at) from gendash._audit as passed
        where passed.name = last.name and passed.found = 0
      ),
      '-infinity'
    )
  ) end as since,
  at,
  age_s
from last;

create view gendash.freshness_now as
with relations as (
  select relation, finished_at, cadence_s, newest, error,
    case when finished_at is not null then greatest(extract(epoch from gendash.clock() - finished_at), 0)::float8 end as age_s
  from gendash._refresh
),
behind as (
  select relation, age_s, cadence_s, error from relations
  where cadence_s > 0
  order by age_s / cadence_s desc nulls first, relation
  limit 1
),
syncs as (
  select stream, case when finished_at is not null then greatest(extract(epoch from gendash.clock() - finished_at), 0)::float8 end as age_s, error
  from gendash._sync
  where stream <> 'models'
  order by finished_at nulls first, project, stream
  limit 1
)
select
  'platform' as source,
  case when max(newest) is not null then greatest(extract(epoch from gendash.clock() - max(newest)), 0)::float8 end as age_s,
  null::float8 as expected_s,
  'newest message, conversation, rating, document, ticket or account' as note
from relations
union all
select
  'rollups',
  max(age_s),
  max(cadence_s),
  coalesce(max(relation) || coalesce(': ' || max(error), ''), 'never refreshed')
from behind
union all
select
  'langfuse',
  max(age_s),
  60::float8,
  coalesce('last sync of ' || max(stream) || coalesce(': ' || max(error), ''), 'never synced')
from syncs;

create view gendash.refresh_now as
with fills as (
  select relation, finished_at, cadence_s, error, error_at from gendash._refresh
  union all
  select
    case stream when 'observations' then 'lf_observation' when 'scores' then 'lf_score' else 'lf_model' end,
    case when count(finished_at) = count(*) then min(finished_at) end,
    -- the price list is read once an hour
    greatest(60, max(3600) filter (where stream = 'models'))::float8,
    max(error),
    max(error_at)
  from gendash._sync
  group by 1
)
select
  relation,
  finished_at,
  case when finished_at is not null then greatest(extract(epoch from gendash.clock() - finished_at), 0)::float8 end as age_s,
  cadence_s,
  error,
  error_at
from fills;

create materialized view gendash.account_day as
with registered as (
  select (created_at at time zone 'UTC')::date as day, count(*) as accounts
  from gendash.user_entity
  where is_active
  group by 1
),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from registered
),
-- accounts from before the first of these days count in its total
running as (
  select
    day,
    coalesce(accounts, 0) as registered,
    (sum(coalesce(accounts, 0)) over (order by day))::bigint as accounts
  from days full join registered using (day)
)
select day, day::timestamp at time zone 'UTC' as at, registered, accounts
from running join days using (day);

create unique index on gendash.account_day (day);

create materialized view gendash.account_now as
with today as (
  select (gendash.clock() at time zone 'UTC')::date::timestamp as day
),
starts as materialized (
  select
    (day - interval '6 days') at time zone 'UTC' as week,
    (day - interval '29 days') at time zone 'UTC' as month
  from today
)
select
  count(user_id) as accounts_total,
  count(user_id) filter (where is_active) as accounts_active,
  count(user_id) filter (where not is_active) as accounts_inactive,
  count(user_id) filter (where is_active and role in ('admin', 'super_admin')) as staff_active,
  count(user_id) filter (where is_active and created_at >= week and created_at <= gendash.clock()) as accounts_new_7d,
  count(user_id) filter (where is_active and created_at >= month and created_at <= gendash.clock()) as accounts_new_30d,
  count(user_id) filter (where is_active and created_at < month) as accounts_30d_ago
from starts left join gendash.user_entity on true;

create unique index on gendash.account_now (accounts_total);

create materialized view gendash.user_role_now as
select
  roles.role,
  roles.rank,
  count(user_id) filter (where is_active) as active,
  count(user_id) filter (where not is_active) as inactive
from (values ('user', 1), ('admin', 2), ('super_admin', 3), ('other', 4)) as roles (role, rank)
left join gendash.user_entity accounts on accounts.role = roles.role
group by 1, 2;

create unique index on gendash.user_role_now (role);

create materialized view gendash.csat_day as
with given as (
  select
    (created_at at time zone 'UTC')::date as day,
    count(*) as ratings,
    count(*) filter (where rating >= 4) as satisfied
  from gendash.rating_entity
  group by 1
),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from given
),
sums as (
  select
    day,
    coalesce(ratings, 0) as ratings,
    coalesce(satisfied, 0) as satisfied,
    (sum(coalesce(ratings, 0)) over week)::bigint as ratings_7d,
    (sum(coalesce(satisfied, 0)) over week)::bigint as satisfied_7d
  from days full join given using (day)
  window week as (order by day range between interval '6 days' preceding and current row)
)
select
  day,
  day::timestamp at time zone 'UTC' as at,
  ratings,
  satisfied,
  ratings_7d,
  satisfied_7d,
  satisfied_7d::float8 / nullif(ratings_7d, 0) as csat_7d
from sums join days using (day);

create unique index on gendash.csat_day (day);

create materialized view gendash.rating_day as
with given as (
  select (created_at at time zone 'UTC')::date as day, rating, count(*) as ratings
  from gendash.rating_entity group by 1, 2
),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from given
)
select day, day::timestamp at time zone 'UTC' as at, rating, coalesce(ratings, 0)::bigint as ratings
from days cross join generate_series(1, 5) as rating
left join given using (day, rating);

create unique index on gendash.rating_day (day, rating);

create materialized view gendash.activation_30d as
with today as (select (gendash.clock() at time zone 'UTC')::date as day),
accounts as (
  select user_id, created_at, (created_at at time zone 'UTC')::date as began from gendash.user_entity
  where created_at >= gendash.clock() - interval '38 days' and created_at <= gendash.clock()  -- for the index; the days are compared below
),
chosen as (
  select accounts.* from accounts cross join today where began between today.day - 36 and today.day - 7
),
wrote as (
  select user_id, count(*) as days, min(first_at) as first_at
  from chosen join gendash.user_day d using (user_id)
  where d.day between began and began + 6 and d.day >= (gendash.clock() at time zone 'UTC')::date - 36 and d.day <= (gendash.clock() at time zone 'UTC')::date
  group by 1
),
rated as (
  select distinct user_id
  from chosen join gendash.rating_entity r using (user_id)
  where (r.created_at at time zone 'UTC')::date between began and began + 6
    and r.created_at >= gendash.clock() - interval '38 days' and r.created_at <= gendash.clock()
),
steps as (
  select
    wrote.user_id is not null as wrote,
    coalesce(wrote.days >= 2, false) as came_back,
    coalesce(wrote.days >= 2, false) and rated.user_id is not null as rated,
    -- greatest() passes over NULL, so that those who never wrote need a case of their own
    case when first_at is null then 'Infinity' else greatest(extract(epoch from first_at - created_at), 0) end::float8
      as first_message_s
  from chosen left join wrote using (user_id) left join rated using (user_id)
),
counted as (
  select count(*) as registered, count(*) filter (where wrote) as wrote, count(*) filter (where came_back) as came_back,
    count(*) filter (where rated) as rated,
    nullif(percentile_disc(0.5) within group (order by first_message_s), 'Infinity') as first_message_s
  from steps
)
select named.step, named.rank, named.users, first_message_s
from counted
cross join lateral (
  values ('registered', 1, registered), ('wrote', 2, wrote), ('came back', 3, came_back), ('rated', 4, rated)
) as named (step, rank, users);

create unique index on gendash.activation_30d (step);

create materialized view gendash.user_month as
with months as materialized (
  select day as today, date_trunc('month', day::timestamp)::date as this
  from (select (gendash.clock() at time zone 'UTC')::date as day) as now
),
counted as (
  select
    user_id,
    coalesce(sum(messages::int) filter (where day >= this), 0) as this_month,
    coalesce(sum(messages::int) filter (where day < this), 0) as last_month,
    count(*) filter (where day >= this) as active_days,
    max(last_at) as last_at
  from gendash.user_day cross join months
  where day >= (this - interval '1 month')::date and day <= today
  group by user_id
)
select
  row_number() over (order by this_month desc, last_month desc, user_id) as rank,
  user_id, this_month, last_month, active_days, last_at,
  count(*) over () as total
from counted;

create unique index on gendash.user_month (user_id);

create index on gendash.user_month (rank);

create materialized view gendash.conversation_day as
with begun as (
  select
    (hour at time zone 'UTC')::date as day,
    channel,
    sum(conversations) as conversations,
    sum(conversations) filter (where anonymous) as anonymous
  from gendash.conversation_hour
  group by 1, 2
),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from begun
)
select
  day,
  day::timestamp at time zone 'UTC' as at,
  channel,
  coalesce(conversations, 0)::bigint as conversations,
  coalesce(anonymous, 0)::bigint as anonymous
from days
cross join (values ('chat'), ('voice')) as channels (channel)
left join begun using (day, channel);

create unique index on gendash.conversation_day (day, channel);

create materialized view gendash.ticket_creator_now as
select coalesce(left(created_by, 8), 'unknown') as creator, count(*) as tickets
from gendash.ticket_entity
group by 1
order by 2 desc, 1
limit 200;

create unique index on gendash.ticket_creator_now (creator);

create materialized view gendash.document_owner_now as
select coalesce(left(user_id, 8), 'unknown') as owner, count(*) as documents
from gendash.document_entity
group by 1
order by 2 desc, 1
limit 200;

create unique index on gendash.document_owner_now (owner);

create materialized view gendash.document_status_now as
with statuses (status, rank) as (values ('done', 1), ('processing', 2), ('failed', 3), ('other', 4))
select
  status,
  rank,
  count(document_id) as documents,
  count(document_id) filter (
    where status = 'processing' and coalesce(updated_at, created_at) < gendash.clock() - interval '15 minutes'
  ) as stuck,
  coalesce(sum(chunks), 0)::bigint as chunks
from statuses left join gendash.document_entity using (status)
group by status, rank
having status <> 'other' or count(document_id) > 0;

create unique index on gendash.document_status_now (status);

create materialized view gendash.intent_7d as
select intent, count(distinct conversation_id) as conversations, sum(messages)::bigint as messages
from gendash.intent_conversation_day
where day > (gendash.clock() at time zone 'UTC')::date - 7 and day <= (gendash.clock() at time zone 'UTC')::date
group by 1;

create unique index on gendash.intent_7d (intent);

create materialized view gendash.llm_model_30d as
with calls as (
  select
    environment,
    coalesce(nullif(model, ''), 'unknown') as model,
    type = 'GENERATION' as is_call,
    level,
    total_tokens,
    cost_usd,
    latency_s,
    ttft_s,
    case when level <> 'ERROR' and output_tokens > 0 then output_tokens / nullif(latency_s, 0) end as speed
  from gendash.lf_observation
  where
    start_time >= ((gendash.clock() at time zone 'UTC')::date - 29)::timestamp at time zone 'UTC'
    and start_time <= gendash.clock()
    and (type = 'GENERATION' or cost_usd is not null or usage <> '{}')
)
select
  coalesce(environment, '__all') as environment,
  coalesce(model, '__all') as model,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  sum(total_tokens)::bigint as tokens,
  (coalesce(sum(total_tokens) filter (where is_call), 0))::bigint as call_tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  coalesce(sum(cost_usd) filter (where is_call), 0) as call_cost_usd,
  count(*) filter (where is_call and cost_usd is null) as uncosted,
  percentile_cont(0.5) within group (order by latency_s) filter (where is_call) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) filter (where is_call) as p95_s,
  percentile_cont(0.95) within group (order by ttft_s) filter (where is_call) as ttft_p95_s,
  percentile_cont(0.5) within group (order by speed) filter (where is_call) as speed_p50,
  percentile_cont(0.95) within group (order by total_tokens::float8) filter (where is_call) as tokens_p95
from calls
group by grouping sets ((environment, model), (environment), (model), ())
having count(*) > 0;

create unique index on gendash.llm_model_30d (environment, model);

create materialized view gendash.llm_model_7d as
with calls as (
  select
    environment,
    coalesce(nullif(model, ''), 'unknown') as model,
    type = 'GENERATION' as is_call,
    level,
    total_tokens,
    cost_usd,
    latency_s,
    ttft_s,
    case when level <> 'ERROR' and output_tokens > 0 then output_tokens / nullif(latency_s, 0) end as speed
  from gendash.lf_observation
  where
    start_time >= ((gendash.clock() at time zone 'UTC')::date - 6)::timestamp at time zone 'UTC'
    and start_time <= gendash.clock()
    and (type = 'GENERATION' or cost_usd is not null or usage <> '{}')
)
select
  coalesce(environment, '__all') as environment,
  coalesce(model, '__all') as model,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  sum(total_tokens)::bigint as tokens,
  (coalesce(sum(total_tokens) filter (where is_call), 0))::bigint as call_tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  coalesce(sum(cost_usd) filter (where is_call), 0) as call_cost_usd,
  count(*) filter (where is_call and cost_usd is null) as uncosted,
  percentile_cont(0.5) within group (order by latency_s) filter (where is_call) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) filter (where is_call) as p95_s,
  percentile_cont(0.95) within group (order by ttft_s) filter (where is_call) as ttft_p95_s,
  percentile_cont(0.5) within group (order by speed) filter (where is_call) as speed_p50,
  percentile_cont(0.95) within group (order by total_tokens::float8) filter (where is_call) as tokens_p95
from calls
group by grouping sets ((environment, model), (environment), (model), ())
having count(*) > 0;

create unique index on gendash.llm_model_7d (environment, model);

create materialized view gendash.llm_price_30d as
with calls as (
  select
    project,
    coalesce(nullif(model, ''), 'unknown') as model,
    count(*) as calls,
    count(*) - count(cost_usd) as uncosted,
    count(*) filter (where cost_usd is null and level <> 'ERROR' and total_tokens > 0) as used,
    count(*) filter (where cost_source = 'list') as from_list,
    count(*) filter (where cost_source = 'provider') as from_provider
  from gendash.lf_observation
  where (type = 'GENERATION' or model <> '' and (cost_usd is not null or usage <> '{}'))
    and start_time >= ((gendash.clock() at time zone 'UTC')::date - 29)::timestamp at time zone 'UTC'
    and start_time <= gendash.clock()
  group by 1, 2
),
entries as (
  select distinct on (m.project, c.model) m.project, c.model, m.name, m.is_managed, m.input_usd, m.output_usd, m.prices
  from gendash.lf_model m
  join calls c on c.project = m.project and c.model ~ m.match_pattern
  where m.start_date is null or m.start_date <= gendash.clock()
  order by m.project, c.model, m.is_managed, m.start_date desc nulls last, m.id
)
select
  c.project,
  c.model,
  c.calls,
  c.uncosted,
  e.name as entry,
  case when e.is_managed then 'Langfuse' when not e.is_managed then 'project' end as kept_by,
  1000000 * e.input_usd as input_usd,
  1000000 * e.output_usd as output_usd,
  c.from_list,
  c.from_provider,
  case
    when c.uncosted = 0 then null
    when c.model = 'unknown' then 'calls name no model: send it with the call'
    when e.name is null then 'not in the price list: add the model in Langfuse'
    when e.prices = '{}' then 'its entry has no price: add one in Langfuse'
    when c.used > 0 then 'priced by now: older calls stay without a price'
    else 'calls without usage: send tokens with the call'
  end as hint
from calls c left join entries e using (project, model);

create unique index on gendash.llm_price_30d (project, model);

create materialized view gendash.llm_prompt_30d as
select
  coalesce(environment, '__all') as environment,
  prompt_name as prompt,
  coalesce(prompt_version, 0) as version,
  min(start_time) as first_at,
  max(start_time) as last_at,
  count(*) as calls,
  count(*) filter (where level = 'ERROR') as errors,
  sum(total_tokens)::bigint as tokens,
  count(cost_usd) as priced,
  coalesce(sum(cost_usd), 0) as cost_usd,
  percentile_cont(0.95) within group (order by latency_s) as p95_s
from gendash.lf_observation
where
  type = 'GENERATION'
  and prompt_name <> ''
  and start_time >= ((gendash.clock() at time zone 'UTC')::date - 29)::timestamp at time zone 'UTC'
  and start_time <= gendash.clock()
group by grouping sets ((environment, prompt_name, coalesce(prompt_version, 0)), (prompt_name, coalesce(prompt_version, 0)));

create unique index on gendash.llm_prompt_30d (environment, prompt, version);

create materialized view gendash.rating_score_day as
select (at at time zone 'UTC')::date as day, name, count(*) as scores, sum(value_num) as total
from gendash.lf_score
where source in ('EVAL', 'ANNOTATION') and data_type = 'NUMERIC' and value_num is not null
group by 1, 2;

create unique index on gendash.rating_score_day (day, name);

create materialized view gendash.user_depth_amount as
with now as materialized (
  select (day - 29)::timestamp at time zone 'UTC' as since, (day + 1)::timestamp at time zone 'UTC' as until,
    day - 29 as first, gendash.clock() - interval '24 hours' as settled
  from (select (gendash.clock() at time zone 'UTC')::date as day) as one
),
recent as (
  select c.conversation_id, c.user_id, c.created_at <= settled as is_settled
  from gendash.conversation_entity c cross join now where c.created_at >= since and c.created_at < until
),
lengths as (
  -- of bigint the sum is numeric, which takes twice as long; no conversation has so many messages in a day
  select conversation_id, sum(messages::int) as messages, sum(user_messages::int) as turns
  from gendash.message_conversation_day cross join now
  where day >= first - 1  -- none is older than its conversation, but for clocks that are a little off
    and day < first + 30
  group by 1
),
people as (
  select count(*) as amount from recent where user_id is not null group by user_id
)
select 'conversations' as measure, amount, count(*) as n, 0::bigint as single from people group by amount
union all
select 'messages', coalesce(messages, 0), count(*), count(*) filter (where turns = 1)
from recent left join lengths using (conversation_id) where is_settled
group by 2;

create unique index on gendash.user_depth_amount (measure, amount);

create materialized view gendash.rating_response_day as
with ripe as materialized (
  select date_trunc('hour', gendash.clock(), 'UTC') - interval '24 hours' as until
),
rated as (
  select distinct message_id, answered_at
  from gendash.rating_message
  left join gendash.conversation_entity talks using (conversation_id)
  where is_answer and (false or not talks.anonymous)
),
counted as (
  select hour, answers, 0 as rated from gendash.rating_answer_hour
  where false or not anonymous
  union all
  select date_trunc('hour', answered_at, 'UTC'), 0, 1 from rated
)
select (hour at time zone 'UTC')::date as day, sum(answers)::bigint as answers, sum(rated)::bigint as rated
from counted, ripe
where hour < until
group by 1
having sum(answers) > 0;

create unique index on gendash.rating_response_day (day);

create view gendash.csat_band_day as
with shares as (
  select day, at, ratings_7d, csat_7d as p, nullif(ratings_7d, 0)::float8 as n, 1.96::float8 as z
  from gendash.csat_day
)
select
  day,
  at,
  ratings_7d,
  p as csat_7d,
  -- greatest and least leave NULL out: without a rating there is no interval
  case when n > 0 then greatest((p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n), 0) end as low_7d,
  case when n > 0 then least((p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n), 1) end as high_7d
from shares;

create materialized view gendash.cohort_week as
with sizes as (
  select date_trunc('week', created_at at time zone 'UTC')::date as week, count(*) as users
  from gendash.user_entity
  where created_at >= (date_trunc('week', (gendash.clock() at time zone 'UTC')::date::timestamp) - interval '16 weeks') at time zone 'UTC'
    and created_at <= gendash.clock()
  group by 1
)
select sizes.week, weeks.k, sizes.users, coalesce(active.retained, 0) as retained
from sizes
cross join generate_series(0, 8) as weeks (k)
left join gendash.retained_week active on active.cohort = sizes.week and active.week = sizes.week + 7 * weeks.k
where sizes.week + 7 * weeks.k + 7 <= (gendash.clock() at time zone 'UTC')::date;

create unique index on gendash.cohort_week (week, k);

create view gendash.activity_day as
with ends as (
  select least(min(day), (gendash.clock() at time zone 'UTC')::date) as first, max(day) filter (where dau > 0 or conversations > 0) as last
  from gendash.active_day
),
days as (select generate_series(case when first is not null then greatest(first, (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(last, (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day from ends)
select
  day,
  day::timestamp at time zone 'UTC' as at,
  coalesce(dau, 0) as dau,
  coalesce(wau, 0) as wau,
  coalesce(mau, 0) as mau,
  coalesce(conversations, 0) as conversations,
  coalesce(anonymous, 0) as anonymous
from days left join gendash.active_day using (day);

create view gendash.document_now as
select
  document_id,
  status,
  case
    when file_type in (select word from gendash.group_word where subject = 'documents') then file_type else 'other'
  end as file_type,
  file_size,
  chunks,
  (created_at at time zone 'UTC')::date as day,
  created_at,
  coalesce(updated_at, created_at) as changed_at,
  ceil(extract(epoch from updated_at - created_at))::float8 as took_s,
  status = 'processing' and coalesce(updated_at, created_at) < (select gendash.clock()) - interval '15 minutes' as stuck,
  left(user_id, 8) as owner
from gendash.document_entity;

create view gendash.ticket_now as
select
  ticket_id,
  status,
  priority,
  case priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end as priority_rank,
  case
    when category in (select word from gendash.group_word where subject = 'tickets') then category else 'other'
  end as category,
  waits,
  created_at,
  first_response_at as answered_at,
  ended_at,
  sla_due_at as due_at,
  waits and coalesce(sla_due_at < (select gendash.clock()), false) as overdue,
  waits and coalesce(
    sla_due_at >= (select gendash.clock())
    and sla_due_at < (select gendash.clock()) + make_interval(secs => 14400), false
  ) as at_risk,
  acted_at,
  left(assigned_to, 8) as assignee,
  left(created_by, 8) as creator
from gendash.ticket_entity;

create view gendash.budget_now as
with clock as (
  select gendash.clock() at time zone 'UTC' as local_now
),
bounds as (
  select
    date_trunc('month', local_now) at time zone 'UTC' as month_start,
    date_trunc('day', local_now) at time zone 'UTC' as day_start,
    extract(day from date_trunc('month', local_now) + interval '1 month' - interval '1 day')::int as days,
    extract(epoch from local_now - date_trunc('month', local_now))
      / extract(epoch from date_trunc('month', local_now) + interval '1 month' - date_trunc('month', local_now)) as elapsed
  from clock
),
spent as (
  select
    exists (select from gendash.llm_hour) as known,
    sum(cost_usd) filter (where hour >= month_start) as month_cost,
    sum(cost_usd) filter (where hour >= day_start) as day_cost,
    sum(uncosted) filter (where hour >= month_start) as uncosted
  from bounds left join gendash.llm_hour on hour >= month_start and hour <= gendash.clock()
),
figures as (
  select
    case when known then coalesce(month_cost, 0) end as month_cost,
    case when known then coalesce(day_cost, 0) end as day_cost,
    case when known then coalesce(uncosted, 0)::bigint end as uncosted,
    1000::numeric as budget
  from spent
)
select
  month_cost as month_cost_usd,
  day_cost as today_cost_usd,
  budget as budget_usd,
  budget / days as daily_budget_usd,
  (month_cost / nullif(budget, 0))::float8 as spent_ratio,
  elapsed::float8 as elapsed_ratio,
  case when elapsed * days >= 1 then month_cost / nullif(elapsed, 0)::numeric end as forecast_usd,
  uncosted
from figures cross join bounds;

create materialized view gendash.llm_spend_day as
select
  day,
  day::timestamp at time zone 'UTC' as at,
  environment,
  sum(cost_usd) as cost_usd,
  sum(calls)::bigint as calls,
  sum(uncosted)::bigint as uncosted
from (select (hour at time zone 'UTC')::date as day, * from gendash.llm_hour) as hours
group by day, environment;

create unique index on gendash.llm_spend_day (day, environment);

create materialized view gendash.llm_depth_7d as
with turns as (
  select environment, calls from gendash.llm_turn
  where
    started_at >= ((gendash.clock() at time zone 'UTC')::date - 6)::timestamp at time zone 'UTC'
    and started_at <= gendash.clock()
    and calls > 0
),
buckets (rank, bucket, low, high) as (
  values (1, '1', 1, 1), (2, '2', 2, 2), (3, '3', 3, 3), (4, '4 to 5', 4, 5), (5, '6 to 9', 6, 9),
    (6, '10 or more', 10, 2147483647)
)
select
  coalesce(environment, '__all') as environment,
  rank,
  bucket,
  count(*) filter (where calls between low and high) as turns
from turns cross join buckets
group by grouping sets ((environment, rank, bucket), (rank, bucket))
having count(*) > 0;

create unique index on gendash.llm_depth_7d (environment, rank);

create materialized view gendash.llm_tool_30d as
with turns as (
  select project, trace_id, environment, failed, cost_usd from gendash.llm_turn
  where
    started_at >= ((gendash.clock() at time zone 'UTC')::date - 29)::timestamp at time zone 'UTC'
    and started_at <= gendash.clock()
    and calls > 0
),
tool_calls as (
  select project, trace_id, coalesce(nullif(name, ''), 'unnamed') as tool, level, latency_s
  from gendash.lf_observation
  where type in ('TOOL', 'RETRIEVER')
    and start_time >= ((gendash.clock() at time zone 'UTC')::date - 29)::timestamp at time zone 'UTC' -- a turn begins with its first step
    and start_time <= gendash.clock()
),
uses as (
  select
    turns.environment,
    coalesce(tool, '(no tool)') as tool,
    turns.failed,
    turns.cost_usd,
    tool is not null as is_call,
    level,
    latency_s,
    row_number() over (partition by project, trace_id, tool) = 1 as is_first
  from turns left join tool_calls using (project, trace_id)
)
select
  coalesce(environment, '__all') as environment,
  tool,
  count(*) filter (where is_first) as turns,
  count(*) filter (where is_first and failed) as failed_turns,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  percentile_cont(0.5) within group (order by latency_s) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) as p95_s,
  count(cost_usd) filter (where is_first) as priced,
  coalesce(sum(cost_usd) filter (where is_first), 0) as cost_usd
from uses
group by grouping sets ((environment, tool), (tool));

create unique index on gendash.llm_tool_30d (environment, tool);

create materialized view gendash.llm_tool_7d as
with turns as (
  select project, trace_id, environment, failed, cost_usd from gendash.llm_turn
  where
    started_at >= ((gendash.clock() at time zone 'UTC')::date - 6)::timestamp at time zone 'UTC'
    and started_at <= gendash.clock()
    and calls > 0
),
tool_calls as (
  select project, trace_id, coalesce(nullif(name, ''), 'unnamed') as tool, level, latency_s
  from gendash.lf_observation
  where type in ('TOOL', 'RETRIEVER')
    and start_time >= ((gendash.clock() at time zone 'UTC')::date - 6)::timestamp at time zone 'UTC' -- a turn begins with its first step
    and start_time <= gendash.clock()
),
uses as (
  select
    turns.environment,
    coalesce(tool, '(no tool)') as tool,
    turns.failed,
    turns.cost_usd,
    tool is not null as is_call,
    level,
    latency_s,
    row_number() over (partition by project, trace_id, tool) = 1 as is_first
  from turns left join tool_calls using (project, trace_id)
)
select
  coalesce(environment, '__all') as environment,
  tool,
  count(*) filter (where is_first) as turns,
  count(*) filter (where is_first and failed) as failed_turns,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  percentile_cont(0.5) within group (order by latency_s) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) as p95_s,
  count(cost_usd) filter (where is_first) as priced,
  coalesce(sum(cost_usd) filter (where is_first), 0) as cost_usd
from uses
group by grouping sets ((environment, tool), (tool));

create unique index on gendash.llm_tool_7d (environment, tool);

create view gendash.llm_turn_recent as
select project, trace_id, started_at, environment, failed, calls, failed_calls, tool_calls, duration_s, cost_usd
from gendash.llm_turn
where started_at >= date_trunc('hour', gendash.clock(), 'UTC') - interval '23 hours' and started_at <= gendash.clock() and calls > 0;

create materialized view gendash.rating_turn_30d as
select
  d.feedback_id, d.created_at, d.rating, d.rating <= 2 as negative,
  d.comment, coalesce(d.comment, '') <> '' as commented, d.user_id, d.conversation_id, d.trace_id,
  t.trace_id is not null as traced,
  t.duration_s, t.cost_usd, t.input_tokens + t.output_tokens as tokens,
  case when t.trace_id is not null then coalesce(nullif(c.model, ''), 'unknown') end as model,
  c.prompt_name || ' v' || c.prompt_version as prompt,
  case when c.prompt_version is not null then c.prompt_name end as prompt_name,
  c.prompt_version
from gendash.rating_detail d
left join lateral (
  select * from gendash.llm_turn t where t.trace_id = d.trace_id and t.calls > 0 order by project limit 1
) t on true
left join lateral (
  select model, prompt_name, prompt_version from gendash.lf_observation o
  where o.project = t.project and o.trace_id = t.trace_id and type = 'GENERATION'
  order by start_time desc, id desc limit 1
) c on true
where (d.created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 30
  and d.created_at >= gendash.clock() - interval '31 days'  -- for the index
  and d.created_at <= gendash.clock();

create unique index on gendash.rating_turn_30d (feedback_id);

create index on gendash.rating_turn_30d (created_at);

create index on gendash.rating_turn_30d (negative, commented, created_at);

create view gendash.user_depth_30d as
with buckets (measure, rank, bucket, low, high) as (
  values ('conversations', 1, '1', 1, 1), ('conversations', 2, '2', 2, 2), ('conversations', 3, '3 to 4', 3, 4),
    ('conversations', 4, '5 to 9', 5, 9), ('conversations', 5, '10 to 19', 10, 19),
    ('conversations', 6, '20 or more', 20, null),
    ('messages', 1, 'none', 0, 0), ('messages', 2, '1 to 2', 1, 2), ('messages', 3, '3 to 4', 3, 4),
    ('messages', 4, '5 to 8', 5, 8), ('messages', 5, '9 to 16', 9, 16), ('messages', 6, '17 or more', 17, null)
)
select buckets.measure, rank, bucket, coalesce(sum(n), 0)::bigint as n
from buckets left join gendash.user_depth_amount amounts
  on amounts.measure = buckets.measure and amount >= low and (high is null or amount <= high)
group by 1, 2, 3;

create view gendash.user_depth_now as
with of_people as (
  select amount, n,
    sum(n) over (order by amount) as up_to,
    sum(n) over (order by amount desc) - n as above,
    sum(n) over () as users
  from gendash.user_depth_amount where measure = 'conversations'
),
people as (
  select
    coalesce(sum(n), 0)::bigint as users,
    (sum(amount * n) / nullif(sum(n), 0))::float8 as mean,
    min(amount) filter (where up_to >= ceil(0.5::float8 * users))::float8 as median,
    min(amount) filter (where up_to >= ceil(0.9::float8 * users))::float8 as p90,
    -- of those with this amount, as many as the tenth still has room for
    (sum(amount * least(n, greatest(greatest(div(users, 10), 1) - above, 0))) / nullif(sum(amount * n), 0))::float8 as top
  from of_people
),
talks as (
  select
    coalesce(sum(n), 0)::bigint as conversations,
    (sum(amount * n) / nullif(sum(n), 0))::float8 as mean,
    (sum(single)::float8 / nullif(sum(n), 0)::float8) as single
  from gendash.user_depth_amount where measure = 'messages'
)
select
  30 as days, users, p.mean as per_user_mean, p.median as per_user_median, p.p90 as per_user_p90, p.top as top_tenth_share,
  conversations, t.mean as per_conversation_mean, t.single as single_turn_share
from people p cross join talks t;

create materialized view gendash.document_age_now as
select
  1 + width_bucket(
    extract(epoch from gendash.clock() - changed_at)::float8, array[2592000, 7776000, 15552000, 31536000]::float8[]
  ) as rank,
  file_type,
  count(*) as documents
from gendash.document_now
where status = 'done' and changed_at <= gendash.clock()
group by 1, 2;

create unique index on gendash.document_age_now (rank, file_type);

create materialized view gendash.document_day as
with uploaded as (
  select day, status, file_type, count(*) as documents, sum(chunks) as chunks
  from gendash.document_now group by 1, 2, 3
),
groups as (select distinct status, file_type from uploaded),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from uploaded
)
select
  day,
  day::timestamp at time zone 'UTC' as at,
  status,
  file_type,
  coalesce(documents, 0)::bigint as documents,
  coalesce(chunks, 0)::bigint as chunks
from days cross join groups left join uploaded using (day, status, file_type);

create unique index on gendash.document_day (day, status, file_type);

create materialized view gendash.document_owner_day as
select
  day,
  coalesce(owner, 'unknown') as owner,
  file_type,
  count(*) as documents,
  count(*) filter (where status = 'failed') as failed,
  count(*) filter (where status in ('done', 'failed')) as ended,
  coalesce(sum(file_size), 0)::bigint as bytes,
  sum(chunks)::bigint as chunks,
  max(created_at) as newest_at
from gendash.document_now
where (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 1826
  and created_at <= gendash.clock()
group by 1, 2, 3;

create unique index on gendash.document_owner_day (day, owner, file_type);

create index on gendash.document_owner_day (owner);

create materialized view gendash.document_took_day as
select
  day,
  file_type,
  took_s,
  count(*) as documents
from gendash.document_now
where status = 'done' and took_s is not null
  and (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 1826 and created_at <= gendash.clock()
group by 1, 2, 3;

create unique index on gendash.document_took_day (day, file_type, took_s);

create materialized view gendash.ticket_assignee_now as
with counted as (
  select
    e.assigned_to,
    count(*) filter (where n.waits) as waiting,
    count(*) filter (where overdue) as overdue,
    count(*) filter (where n.waits and n.priority in ('urgent', 'high')) as urgent,
    extract(epoch from gendash.clock() - min(n.created_at) filter (where n.waits))::float8 as oldest_s,
    count(*) filter (where n.ended_at is not null) as resolved_30d
  from gendash.ticket_entity e join gendash.ticket_now n using (ticket_id)
  where n.waits
    or ((n.ended_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 30 and n.ended_at <= gendash.clock())
  group by 1
),
ranked as (
  select *, count(*) over () as total,
    row_number() over (order by assigned_to is null, waiting desc, resolved_30d desc, assigned_to) as place
  from counted
)
select
  row_number() over (order by waiting desc, resolved_30d desc, assigned_to nulls last) as rank,
  coalesce(left(assigned_to, 8), 'nobody') as assignee,
  waiting,
  overdue,
  urgent,
  oldest_s,
  resolved_30d,
  total
from ranked
where place <= 50 or assigned_to is null;

create unique index on gendash.ticket_assignee_now (rank);

create materialized view gendash.ticket_creator_day as
select
  (created_at at time zone 'UTC')::date as day,
  coalesce(creator, 'unknown') as creator,
  priority,
  category,
  count(*) as tickets,
  count(*) filter (where waits) as waiting,
  max(created_at) as newest_at
from gendash.ticket_now
where (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 1826
  and created_at <= gendash.clock()
group by 1, 2, 3, 4;

create unique index on gendash.ticket_creator_day (day, creator, priority, category);

create index on gendash.ticket_creator_day (creator);

create materialized view gendash.ticket_day as
with events as (
  select (created_at at time zone 'UTC')::date as day, priority, category,
    1 as created, 0 as resolved, (waits or ended_at is not null)::int as waiting
  from gendash.ticket_now
  union all
  select (ended_at at time zone 'UTC')::date, priority, category, 0, 1, -1
  from gendash.ticket_now where ended_at is not null
),
sums as (
  select day, priority, category, sum(created) as created, sum(resolved) as resolved, sum(waiting) as waiting
  from events group by 1, 2, 3
),
groups as (select distinct priority, category from events),
days as (
  select generate_series(case when min(day) is not null then greatest(min(day), (gendash.clock() at time zone 'UTC')::date - 1826) end::timestamp, least(greatest(max(day), (gendash.clock() at time zone 'UTC')::date), (gendash.clock() at time zone 'UTC')::date + 31), interval '1 day')::date as day
  from events
),
-- tickets from before the first of these days wait on it
running as (
  select
    day,
    priority,
    category,
    coalesce(created, 0)::bigint as created,
    coalesce(resolved, 0)::bigint as resolved,
    (sum(coalesce(waiting, 0)) over (partition by priority, category order by day))::bigint as waiting
  from (select * from days cross join groups) as every full join sums using (day, priority, category)
)
select day, day::timestamp at time zone 'UTC' as at, priority, category, created, resolved, waiting
from running join days using (day);

create unique index on gendash.ticket_day (day, priority, category);

create materialized view gendash.ticket_duration_day as
select
  (created_at at time zone 'UTC')::date as day,
  case
    when ended_at is null then 7
    else 1 + width_bucket(
      extract(epoch from ended_at - created_at)::float8, array[3600, 14400, 86400, 259200, 604800]::float8[]
    )
  end as rank,
  priority,
  category,
  count(*) as tickets
from gendash.ticket_now
where (waits or ended_at is not null)
  and (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 1826
  and created_at <= gendash.clock()
group by 1, 2, 3, 4;

create unique index on gendash.ticket_duration_day (day, rank, priority, category);

create materialized view gendash.ticket_hour as
select date_trunc('hour', created_at, 'UTC') as hour, priority, category, count(*) as created
from gendash.ticket_now
where created_at >= gendash.clock() - interval '42 days' and created_at <= gendash.clock()
group by 1, 2, 3;

create unique index on gendash.ticket_hour (hour, priority, category);

create materialized view gendash.ticket_median_day as
with days as materialized (
  select d::date as day, d::date::timestamp at time zone 'UTC' as at,
    (d::date - 29)::timestamp at time zone 'UTC' as first,
    (d::date + 1)::timestamp at time zone 'UTC' as next,
    least(((d::date + 1)::timestamp at time zone 'UTC'), gendash.clock()) as until
  from generate_series(
    ((gendash.clock() at time zone 'UTC')::date - 30)::timestamp, (gendash.clock() at time zone 'UTC')::date, interval '1 day'
  ) as d
),
spans as (
  select day, at, each.priority,
    extract(epoch from least(coalesce(ended_at, until), until) - created_at)::float8 as lasted_s,
    coalesce(ended_at < next and ended_at <= gendash.clock(), false) as over
  from days
  join gendash.ticket_now as t
    on created_at >= first and created_at < next and created_at <= gendash.clock()
      and (waits or ended_at is not null)
  cross join lateral (values (t.priority), ('all')) as each (priority)
),
ends as (
  select day, at, priority, lasted_s, count(*) as tickets, count(*) filter (where over) as events,
    sum(lasted_s::numeric) filter (where over) as ended_s,
    sum(count(*)) over (partition by day, priority order by lasted_s desc) as at_risk
  from spans group by 1, 2, 3, 4
),
survival as (
  select *,
    exp(sum(case when events = at_risk then -50 else ln(1 - events / at_risk::float8) end)
      over (partition by day, priority order by lasted_s)) as surviving
  from ends
)
select
  day,
  at,
  priority,
  sum(tickets)::bigint as tickets,
  sum(events)::bigint as resolved,
  sum(ended_s) / nullif(sum(events), 0) as mean_s,
  min(lasted_s) filter (where surviving <= 0.5 + 1e-9) as median_s
from survival
group by 1, 2, 3;

create unique index on gendash.ticket_median_day (day, priority);

create materialized view gendash.ticket_reopen_day as
with moves as (
  select (changed_at at time zone 'UTC')::date as day, priority, category,
    coalesce(from_status, 'open') in ('open', 'in_progress') and to_status in ('resolved', 'closed') as resolution,
    from_status in ('resolved', 'closed') and to_status in ('open', 'in_progress') as reopening
  from gendash.ticket_move join gendash.ticket_now using (ticket_id)
)
select day, priority, category,
  count(*) filter (where resolution) as resolutions,
  count(*) filter (where reopening) as reopenings
from moves
where resolution or reopening
group by 1, 2, 3;

create unique index on gendash.ticket_reopen_day (day, priority, category);

create materialized view gendash.ticket_sla_day as
select
  (created_at at time zone 'UTC')::date as day,
  priority,
  priority_rank,
  category,
  count(*) as decided,
  count(*) filter (where ended_at <= due_at) as met
from gendash.ticket_now
where (waits or ended_at is not null) and due_at is not null and (ended_at is not null or due_at < gendash.clock())
  and (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 1826
  and (created_at at time zone 'UTC')::date <= (gendash.clock() at time zone 'UTC')::date
group by 1, 2, 3, 4;

create unique index on gendash.ticket_sla_day (day, priority, category);

create materialized view gendash.ticket_status_now as
select
  status, priority, category, waits,
  count(*) as tickets,
  count(*) filter (where assignee is null) as unowned,
  count(*) filter (where overdue) as overdue
from gendash.ticket_now
group by 1, 2, 3, 4;

create unique index on gendash.ticket_status_now (status, priority, category);

create materialized view gendash.ticket_survival_90d as
with recent as (
  select * from gendash.ticket_now
  where (waits or ended_at is not null)
    and (created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 90
    and created_at <= gendash.clock()
),
stays as (
  select recent.priority, recent.priority_rank, to_status, changed_at as began,
    lead(changed_at) over (partition by ticket_id order by changed_at, length(move_id), move_id) as finished
  from gendash.ticket_move join recent using (ticket_id)
),
begun as (
  select 'resolution' as measure, priority, priority_rank, created_at as began, ended_at as finished, gendash.clock() as seen
  from recent
  union all
  -- a ticket that ended without a response was seen to have none until then
  select 'first_response', priority, priority_rank, created_at, answered_at, coalesce(ended_at, gendash.clock()) from recent
  union all
  select case to_status when 'open' then 'in_open' when 'in_progress' then 'in_progress' else 'in_resolved' end,
    priority, priority_rank, began, finished, gendash.clock()
  from stays where to_status in ('open', 'in_progress', 'resolved')
),
spans as (
  select measure, each.priority, each.rank as priority_rank,
    greatest(extract(epoch from coalesce(finished, seen) - began), 0)::float8 as lasted_s,
    finished is not null as over
  from begun
  cross join lateral (values (begun.priority, begun.priority_rank), ('all', 6)) as each (priority, rank)
),
-- events come before censorings at equal times: everybody who lasted at least so long was at risk
ends as (
  select measure, priority, lasted_s, count(*) filter (where over) as events,
    sum(count(*)) over (partition by measure, priority order by lasted_s desc) as at_risk
  from spans group by 1, 2, 3
),
-- the product of the survivors' shares as a sum of logarithms; where none is left, it is practically 0
survival as (
  select measure, priority, lasted_s, events,
    exp(sum(case when events = at_risk then -50 else ln(1 - events / at_risk::float8) end)
      over (partition by measure, priority order by lasted_s)) as surviving
  from ends
),
quantiles as (
  select measure, priority,
    min(lasted_s) filter (where surviving <= 0.5 + 1e-9) as median_s,
    min(lasted_s) filter (where surviving <= 0.1 + 1e-9) as p90_s
  from survival group by 1, 2
)
select
  measure,
  priority,
  priority_rank,
  count(*) as spans,
  count(*) filter (where over) as finished,
  median_s,
  p90_s,
  percentile_cont(0.5) within group (order by lasted_s) filter (where over) as finished_median_s,
  avg(lasted_s) filter (where over) as finished_mean_s,
  max(lasted_s) as longest_s
from spans join quantiles using (measure, priority)
group by measure, priority, priority_rank, median_s, p90_s;

create unique index on gendash.ticket_survival_90d (measure, priority);

create materialized view gendash.user_desk_90d as
with opened as (
  select coalesce(created_by, '') as user_id, count(*) as tickets, count(*) filter (where n.waits) as waiting,
    count(*) filter (where n.priority in ('urgent', 'high')) as urgent, max(n.created_at) as ticket_at
  from gendash.ticket_entity e join gendash.ticket_now n using (ticket_id)
  where (n.created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 90 and n.created_at <= gendash.clock()
  group by 1
),
uploaded as (
  select coalesce(e.user_id, '') as user_id, count(*) as documents,
    count(*) filter (where n.status = 'failed') as failed,
    count(*) filter (where n.status in ('done', 'failed')) as ended, sum(n.file_size) as bytes,
    max(n.created_at) as document_at
  from gendash.document_entity e join gendash.document_now n using (document_id)
  where (n.created_at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 90 and n.created_at <= gendash.clock()
  group by 1
),
counted as (
  select user_id, coalesce(tickets, 0) as tickets, coalesce(waiting, 0) as waiting, coalesce(urgent, 0) as urgent,
    coalesce(documents, 0) as documents, coalesce(failed, 0) as failed, coalesce(ended, 0) as ended,
    coalesce(bytes, 0)::bigint as bytes, greatest(ticket_at, document_at) as newest_at
  from opened full join uploaded using (user_id)
),
ranked as (
  select *, count(*) over () as total,
    row_number() over (order by user_id = '', tickets + documents desc, user_id) as place
  from counted
)
select
  row_number() over (order by tickets + documents desc, ranked.user_id = '', ranked.user_id) as rank,
  nullif(ranked.user_id, '') as user_id,
  coalesce(names.name, nullif(left(ranked.user_id, 8), ''), 'unknown') as name,
  tickets, waiting, urgent, documents, failed, ended, bytes, newest_at, total
from ranked left join gendash.user_name names on names.user_id = ranked.user_id
where place <= 100 or ranked.user_id = '';

create unique index on gendash.user_desk_90d (rank);

create materialized view gendash.llm_user_30d as
with today as (select (gendash.clock() at time zone 'UTC')::date as day)
select
  s.environment,
  case when s.user_hash = '' then '(untagged)' else coalesce(n.name, left(u.user_id, 8), '(no account)') end as name,
  coalesce(u.user_id, '') as user_id,
  sum(s.turns)::bigint as turns,
  sum(s.cost_usd) as cost_usd,
  max(s.last_at) as last_at
from gendash.llm_user_day s
cross join today
left join gendash.user_entity u using (user_hash)
left join gendash.user_name n on n.user_id = u.user_id
where s.day > today.day - 30 and s.day <= today.day
group by 1, 2, 3;

create unique index on gendash.llm_user_30d (environment, name, user_id);

create materialized view gendash.user_llm_30d as
with today as (select (gendash.clock() at time zone 'UTC')::date as day),
used as (
  select
    coalesce(accounts.user_id, '') as user_id,
    case
      when d.user_hash = '' then '(untagged)'
      when accounts.user_id is null then '(unknown)'
      else coalesce(names.name, left(accounts.user_id, 8))
    end as name,
    sum(turns)::bigint as turns, sum(calls)::bigint as calls, sum(tokens)::bigint as tokens, sum(cost_usd) as cost_usd
  from gendash.llm_user_day d
  cross join today
  left join gendash.user_entity accounts on accounts.user_hash = d.user_hash
  left join gendash.user_name names on names.user_id = accounts.user_id
  where d.day > today.day - 30 and d.day <= today.day
  group by 1, 2
),
ranked as (
  select *, row_number() over (order by cost_usd desc, turns desc, user_id, name) as rank,
    row_number() over (order by user_id = '', cost_usd desc, turns desc, user_id) as place,
    sum(turns) over () as all_turns, count(*) over () as total
  from used
)
select rank, user_id, name, turns, calls, tokens, cost_usd, turns / nullif(all_turns, 0)::float8 as turn_share, total
from ranked
where place <= 100 or user_id = '';

create unique index on gendash.user_llm_30d (name, user_id);

create materialized view gendash.user_top_30d as
with today as materialized (
  select day, (day - 29)::timestamp at time zone 'UTC' as since, (day + 1)::timestamp at time zone 'UTC' as until
  from (select (gendash.clock() at time zone 'UTC')::date as day) as one
),
wrote as (
  select user_id, sum(messages::int) as messages, count(*) as active_days, max(last_at) as last_at
  from gendash.user_day d cross join today where d.day > today.day - 30 and d.day <= today.day
  group by 1
),
top as materialized (select *, count(*) over () as total from wrote order by messages desc, user_id limit 100),
begun as (
  select user_id, count(*) as conversations
  from gendash.conversation_entity c cross join today
  where c.created_at >= since and c.created_at < until and user_id in (select user_id from top)
  group by 1
),
rated as (
  select user_id, count(*) as ratings, count(*) filter (where rating >= 4) as satisfied
  from gendash.rating_entity r cross join today
  where r.created_at >= since and r.created_at < until and user_id in (select user_id from top)
  group by 1
),
known as materialized (
  select user_id, user_hash, role from gendash.user_entity where user_id in (select user_id from top)
),
spent as (
  select user_hash, sum(turns)::bigint as turns, sum(tokens)::bigint as tokens, sum(cost_usd) as cost_usd
  from gendash.llm_user_day d cross join today
  where d.day > today.day - 30 and d.day <= today.day and user_hash in (select user_hash from known)
  group by 1
)
select
  row_number() over (order by top.messages desc, top.user_id) as rank,
  top.user_id,
  coalesce(names.name, left(top.user_id, 8)) as name,
  coalesce(known.role, 'unknown') as role,
  top.messages,
  top.active_days,
  coalesce(begun.conversations, 0) as conversations,
  coalesce(rated.ratings, 0) as ratings,
  coalesce(rated.satisfied, 0) as satisfied,
  coalesce(spent.turns, 0) as turns,
  coalesce(spent.tokens, 0) as tokens,
  coalesce(spent.cost_usd, 0) as cost_usd,
  top.last_at,
  top.total
from top
left join known using (user_id)
left join gendash.user_name names using (user_id)
left join begun using (user_id)
left join rated using (user_id)
left join spent using (user_hash);

create unique index on gendash.user_top_30d (user_id);

create materialized view gendash.rating_conversation_30d as
select
  row_number() over (order by avg(rating), count(*) desc, conversation_id) as rank,
  count(*) over () as total,
  conversation_id,
  avg(rating)::float8 as mean,
  count(*) as ratings,
  max(created_at) as last_at,
  (array_agg(comment order by created_at desc, feedback_id) filter (where comment is not null))[1] as comment
from gendash.rating_turn_30d
group by conversation_id;

create unique index on gendash.rating_conversation_30d (conversation_id);

create index on gendash.rating_conversation_30d (rank);

create materialized view gendash.rating_group_day as
with rated as (
  select
    (r.created_at at time zone 'UTC')::date as day,
    rating,
    t.project,
    t.trace_id,
    t.environment,
    case when t.trace_id is not null then coalesce(nullif(c.model, ''), 'unknown') end as model,
    c.release,
    c.version,
    c.session_id,
    coalesce(c.tags, '{}') as tags
  from gendash.rating_turn_30d r
  left join lateral (
    select project, trace_id, environment from gendash.llm_turn t
    where t.trace_id = r.trace_id and t.calls > 0
    order by project limit 1
  ) t on true
  left join lateral (
    select model, release, version, session_id, tags from gendash.lf_observation o
    where o.project = t.project and o.trace_id = t.trace_id and type = 'GENERATION'
    order by start_time desc, id desc limit 1
  ) c on true
),
stated as (
  select project, trace_id, key, min(value) as value
  from (select distinct project, trace_id from rated where trace_id is not null) as known
  join gendash.lf_observation using (project, trace_id)
  cross join lateral jsonb_each_text(metadata) as pair (key, value)
  where metadata <> '{}' and key = any(array[]::text[]) and value <> ''
  group by 1, 2, 3
),
grouped as (
  select day, rating, trace_id, dimension, value
  from rated cross join lateral (
    values
      ('model', model), ('environment', environment), ('release', release), ('version', version),
      ('session', session_id), ('tags together', array_to_string(tags, ', '))
  ) as one (dimension, value)
  union all
  select day, rating, trace_id, 'tag', tag from rated left join lateral unnest(tags) as tag on true
  union all
  select
    day,
    rating,
    trace_id,
    case
      when key in ('model', 'environment', 'release', 'version', 'session', 'tag', 'tags together') then 'metadata ' || key
      else key
    end,
    stated.value
  from rated cross join unnest(array[]::text[]) as key
  left join stated using (project, trace_id, key)
),
named as (
  select
    day,
    rating,
    dimension,
    case
      when trace_id is null then '(not traced)'
      when coalesce(value, '') = '' then '(none)'
      when octet_length(value) > 120 then left(value, 30) || ' … ' || left(md5(value), 8)
      else value
    end as value
  from grouped
),
ranked as (
  select
    dimension, value,
    row_number() over (
      partition by dimension order by value in ('(none)', '(not traced)') desc, count(*) desc, value
    ) as rank
  from named
  group by 1, 2
)
select
  dimension,
  day,
  case when rank <= 50 then value else 'other' end as value,
  count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied,
  count(*) filter (where rating <= 2) as negative
from named join ranked using (dimension, value)
group by 1, 2, 3;

create unique index on gendash.rating_group_day (dimension, day, value);

create materialized view gendash.rating_label_30d as
with ratings as (
  select distinct on (trace_id) trace_id, rating from gendash.rating_turn_30d
  where trace_id is not null order by trace_id, created_at desc, feedback_id
)
select
  name,
  value_text as label,
  count(*) as scores,
  count(*) / sum(count(*)) over (partition by name)::float8 as share,
  count(rating) as rated,
  count(*) filter (where rating >= 4) as satisfied
from gendash.lf_score left join ratings using (trace_id)
where source in ('EVAL', 'ANNOTATION') and data_type = 'CATEGORICAL' and value_text is not null
  and (at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 30 and at <= gendash.clock()
group by 1, 2;

create unique index on gendash.rating_label_30d (name, label);

create materialized view gendash.rating_model_30d as
select
  traced,
  coalesce(model, '') as model,
  coalesce(prompt, 'none') as prompt,
  count(*) as ratings,
  count(*) filter (where rating <= 2) as negative,
  count(*) filter (where rating >= 4) as satisfied
from gendash.rating_turn_30d
group by 1, 2, 3;

create unique index on gendash.rating_model_30d (traced, model, prompt);

create materialized view gendash.rating_prompt_30d as
with given as (
  select
    prompt_name as prompt,
    prompt_version as version,
    min(created_at) as first_at,
    count(*) as ratings,
    count(*) filter (where rating >= 4) as satisfied
  from gendash.rating_turn_30d
  where traced and prompt_name is not null
  group by 1, 2
),
shares as (
  select *, satisfied::float8 / ratings as p, ratings::float8 as n, 1.96::float8 as z from given
)
select
  prompt,
  version,
  first_at,
  ratings,
  satisfied,
  (p + z ^ 2 / (2 * n) - z * sqrt(p * (1 - p) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) as low,
  (p + z ^ 2 / (2 * n) + z * sqrt(p * (1 - p) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) as high,
  lag(version) over versions as prior_version,
  lag(p) over versions as prior_csat
from shares
window versions as (partition by prompt order by version);

create unique index on gendash.rating_prompt_30d (prompt, version);

create materialized view gendash.rating_quintile_30d as
with measured as (
  select feedback_id, rating, measure, value
  from gendash.rating_turn_30d
  cross join lateral (
    values ('duration_s', duration_s), ('cost_usd', cost_usd::float8), ('tokens', tokens::float8)
  ) as measures (measure, value)
  where traced and value is not null
),
ranked as (
  select *, ntile(5) over (partition by measure order by value, feedback_id) as quintile from measured
)
select measure, quintile, min(value) as least, max(value) as most, count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied
from ranked group by 1, 2;

create unique index on gendash.rating_quintile_30d (measure, quintile);

create materialized view gendash.rating_score_30d as
with ratings as (
  select distinct on (trace_id) trace_id, rating from gendash.rating_turn_30d
  where trace_id is not null order by trace_id, created_at desc, feedback_id
)
select
  name,
  data_type,
  count(*) as scores,
  avg(value_num) as mean,
  count(rating) as rated,
  avg(value_num) filter (where rating >= 4) as mean_satisfied,
  avg(value_num) filter (where rating < 4) as mean_unsatisfied
from gendash.lf_score left join ratings using (trace_id)
where source in ('EVAL', 'ANNOTATION') and value_num is not null
  and (at at time zone 'UTC')::date > (gendash.clock() at time zone 'UTC')::date - 30 and at <= gendash.clock()
group by 1, 2;

create unique index on gendash.rating_score_30d (name, data_type);

comment on table gendash._object is 'What gendash has made in this schema, so that it changes and drops nothing else. Grain: one row per object and aspect of it.';

comment on column gendash._object.name is 'name of the object';

comment on column gendash._object.kind is 'table, rollup, view, materialized, function, query, about, role (its password) or grant (rights in the database)';

comment on column gendash._object.hash is 'sha256 of its definition';

comment on column gendash._object.made_at is 'when this definition was created';

revoke all on gendash._object from public, gendash_reader, gendash_admin_reader;

comment on table gendash._apply is 'What gendash delivered beside dashboards, so that `rollback` can bring it back; the last 20 of each place. Grain: one row per apply to a Grafana''s organisation.';

comment on column gendash._apply.server is 'address of Grafana, and number of the organisation';

comment on column gendash._apply.at is 'when it was delivered';

comment on column gendash._apply.content is 'JSON of folders, who may open them, and rules, without secrets';

revoke all on gendash._apply from public, gendash_reader, gendash_admin_reader;

comment on table gendash._audit is 'Results of the audits of the last 90 days. Grain: one row per audit and run.';

comment on column gendash._audit.name is 'name of the audit';

comment on column gendash._audit.at is 'when it ran';

comment on column gendash._audit.found is 'rows that should not exist, or keys for which two sources differ; NULL if the audit failed';

comment on column gendash._audit.sample is 'keys of the first of them, never personal data; for an audit of a share, the share';

comment on column gendash._audit.error is 'why it failed, in one line';

comment on column gendash._audit.doc is 'what a finding means';

comment on column gendash._audit.severity is 'critical or warning';

comment on column gendash._audit.cadence_s is 'how often it runs, seconds';

comment on column gendash._audit.duration_s is 'how long it took, seconds';

revoke all on gendash._audit from public, gendash_reader, gendash_admin_reader;

comment on table gendash._budget is 'When the next request to an organisation of Langfuse Cloud may be sent; all processes share this limit. Grain: one row per organisation and kind of request.';

comment on column gendash._budget.name is 'host, organisation and kind of request';

comment on column gendash._budget.next_at is 'the time up to which requests are booked (leaky bucket)';

revoke all on gendash._budget from public, gendash_reader, gendash_admin_reader;

comment on table gendash._changed is 'Days of a relation that were written to, noted by its triggers. What is older than two days is deleted; what was not refreshed for a day is computed whole. Grain: one row per table, local day and transaction.';

comment on column gendash._changed.relation is 'name of the relation';

comment on column gendash._changed.day is 'local day of a row that was inserted, changed or deleted; -infinity where it may be any';

comment on column gendash._changed.transaction is 'the transaction that did so';

comment on column gendash._changed.at is 'when';

revoke all on gendash._changed from public, gendash_reader, gendash_admin_reader;

comment on table gendash._delivered is 'Secrets that gendash has written into data sources of Grafana, as keyed digests, so that a rotated one is noticed. Grain: one row per data source of a Grafana''s organisation.';

comment on column gendash._delivered.server is 'address of Grafana, and number of the organisation';

comment on column gendash._delivered.uid is 'uid of the data source';

comment on column gendash._delivered.digest is 'HMAC-SHA256 of the secret, with the key of this store';

comment on column gendash._delivered.written_at is 'when it was written';

revoke all on gendash._delivered from public, gendash_reader, gendash_admin_reader;

comment on table gendash._former_user is 'Users who left the list of users, so that what they left behind on the platform is not counted as of an unknown person. Grain: one row per user who was in the list, or is in a row that does not count, and is not in the list.';

comment on column gendash._former_user.user_hash is 'keyed hash of the user''s id';

comment on column gendash._former_user.noted_at is 'when the refresh noted it';

revoke all on gendash._former_user from public, gendash_reader, gendash_admin_reader;

comment on table gendash._lease is 'Locks with an end, held by running commands. An expired lease may be taken over. Grain: one row per kind of work that only one process may do.';

comment on column gendash._lease.name is 'kind of work';

comment on column gendash._lease.owner is 'host, process and a random mark of the holder';

comment on column gendash._lease.since is 'when the holder began';

comment on column gendash._lease.until is 'when the lease ends unless it is renewed';

revoke all on gendash._lease from public, gendash_reader, gendash_admin_reader;

comment on table gendash._refresh is 'When each relation was refreshed, and what went wrong. Grain: one row per relation that is refreshed.';

comment on column gendash._refresh.relation is 'name of the rollup or view';

comment on column gendash._refresh.started_at is 'start of the last successful refresh';

comment on column gendash._refresh.finished_at is 'its end; NULL if there was none yet, or the definition changed since';

comment on column gendash._refresh.full_at is 'end of the last one that read or compared all rows, not only those of recent days';

comment on column gendash._refresh.begun_at is 'when reading all rows began, if it has not ended; it continues where it stopped';

comment on column gendash._refresh.duration_s is 'how long it took, seconds';

comment on column gendash._refresh.rows is 'rows of the relation after it';

comment on column gendash._refresh.written is 'rows that it inserted, changed or deleted';

comment on column gendash._refresh.newest is 'time of the newest row of the platform that it read';

comment on column gendash._refresh.cadence_s is 'how often it is expected to run, seconds';

comment on column gendash._refresh.snapshot is 'snapshot up to which it has read changes of the relations it depends on';

comment on column gendash._refresh.store is 'OID of the table _changed; differs after a restore';

comment on column gendash._refresh.absent is 'optional columns of the platform that it did not find';

comment on column gendash._refresh.error is 'why the last attempt failed, in one line; NULL if it succeeded';

comment on column gendash._refresh.error_at is 'when it failed';

revoke all on gendash._refresh from public, gendash_reader, gendash_admin_reader;

comment on table gendash._secret is 'Key of user_hash(). Made once, readable by the owner only; without it hashes cannot be made or compared. Grain: one row per key.';

comment on column gendash._secret.name is 'what the key is for';

comment on column gendash._secret.key is 'the key, 32 random bytes';

comment on column gendash._secret.inner_pad is 'the key xor 0x36, padded to 64 bytes (RFC 2104)';

comment on column gendash._secret.outer_pad is 'the key xor 0x5c, padded to 64 bytes (RFC 2104)';

comment on column gendash._secret.made_at is 'when it was made';

revoke all on gendash._secret from public, gendash_reader, gendash_admin_reader;

comment on table gendash._signature is 'Signature of the platform''s rows, by day, when a relation last read that day. A day with another signature now is read again. Grain: one row per relation that is read by day, and local day with rows.';

comment on column gendash._signature.relation is 'name of the rollup';

comment on column gendash._signature.day is 'local day';

comment on column gendash._signature.rows is 'rows of the platform on it; NULL if the day must be read again';

comment on column gendash._signature.signature is 'exclusive or of the hashes of these rows, over every column that is read';

revoke all on gendash._signature from public, gendash_reader, gendash_admin_reader;

comment on table gendash._sync is 'State of the Langfuse sync. Grain: one row per project and stream.';

comment on column gendash._sync.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash._sync.stream is 'observations, scores, or models, the price list';

comment on column gendash._sync.closed_from is 'start of the time that is synced';

comment on column gendash._sync.closed_until is 'every window from closed_from to here was closed at least once';

comment on column gendash._sync.windows is 'windows closed so far; shows a sync that another one ran meanwhile';

comment on column gendash._sync.looked_48h is 'when the last look-back over 48 hours began';

comment on column gendash._sync.look_48h_at is 'where it continues; NULL when it is complete';

comment on column gendash._sync.looked_30d is 'when the last look-back over 30 days began';

comment on column gendash._sync.look_30d_at is 'where it continues; NULL when it is complete';

comment on column gendash._sync.project_id is 'id of the project in Langfuse, so that rows of two never mix';

comment on column gendash._sync.fields is 'private fields that the last sync kept';

comment on column gendash._sync.api is 'which API is read: v2 or v1';

comment on column gendash._sync.server is 'version of the server';

comment on column gendash._sync.rows is 'rows read since the beginning';

comment on column gendash._sync.written is 'rows inserted, changed or deleted since the beginning';

comment on column gendash._sync.requests is 'requests sent since the beginning';

comment on column gendash._sync.kept_before is 'rows from before this time stay when Langfuse no longer sends them: its own retention drops them there';

comment on column gendash._sync.server_keeps is 'how long Langfuse keeps rows of the project itself, in words';

comment on column gendash._sync.too_wide_s is 'narrowest window, in seconds, that the server did not answer; NULL if it answered all';

comment on column gendash._sync.too_wide_at is 'when that was';

comment on column gendash._sync.too_wide_sure is 'whether a narrower window was answered right after it; else the server may have been away';

comment on column gendash._sync.page_rows is 'rows a page that are asked for, after the server did not answer for more; NULL for as many as it gives';

comment on column gendash._sync.range_from is 'start of the last range of `sync --from`';

comment on column gendash._sync.range_at is 'where that range continues; NULL when it is complete';

comment on column gendash._sync.range_began is 'when the sync of that range began';

comment on column gendash._sync.resume_at is 'no request before this time: the server asked for a pause';

comment on column gendash._sync.finished_at is 'end of the last successful sync';

comment on column gendash._sync.error is 'why the last sync stopped: kind and HTTP status, and no text of the server';

comment on column gendash._sync.error_at is 'when it stopped';

revoke all on gendash._sync from public, gendash_reader, gendash_admin_reader;

comment on table gendash.lf_model is 'Langfuse''s price list, with which it computes the cost of calls that were sent without one. Grain: one row per project and entry of the list.';

comment on column gendash.lf_model.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash.lf_model.id is 'entry of the list';

comment on column gendash.lf_model.name is 'name of the model';

comment on column gendash.lf_model.match_pattern is 'regular expression that the model of a call must match; NULL where PostgreSQL cannot read it';

comment on column gendash.lf_model.start_date is 'calls before this time use another entry; NULL for all times';

comment on column gendash.lf_model.unit is 'what a price is for: TOKENS, CHARACTERS, IMAGES, SECONDS, ...; NULL means by usage type';

comment on column gendash.lf_model.tokenizer is 'tokenizer by which Langfuse counts tokens that were not sent';

comment on column gendash.lf_model.input_usd is 'price of one unit of input in USD';

comment on column gendash.lf_model.output_usd is 'price of one unit of output in USD';

comment on column gendash.lf_model.prices is 'USD per unit by usage type, of the standard tier';

comment on column gendash.lf_model.tiers is 'price tiers; more than one where the price depends on length or mode';

comment on column gendash.lf_model.pricing_tiers is 'the price tiers in the server''s order: name, whether it is the standard one, priority, conditions, and USD per unit by usage type';

comment on column gendash.lf_model.is_managed is 'whether Langfuse maintains the entry; otherwise somebody of the project added it';

revoke all on gendash.lf_model from public, gendash_reader, gendash_admin_reader;

comment on table gendash.lf_observation is 'LLM calls, tool calls and other steps traced to Langfuse, one row each, without prompts, answers or messages. Grain: one row per observation; a span that was sent again counts once, as its newest version.';

comment on column gendash.lf_observation.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash.lf_observation.trace_id is 'trace that the observation belongs to; its own id where Langfuse names none';

comment on column gendash.lf_observation.id is 'observation id; unique within its trace';

comment on column gendash.lf_observation.parent_id is 'the observation above it; NULL at the root';

comment on column gendash.lf_observation.type is 'GENERATION, SPAN, EVENT, AGENT, TOOL, CHAIN, RETRIEVER, EVALUATOR, EMBEDDING or GUARDRAIL';

comment on column gendash.lf_observation.name is 'name that the application gave it';

comment on column gendash.lf_observation.model is 'model as the application named it';

comment on column gendash.lf_observation.level is 'DEBUG, DEFAULT, WARNING or ERROR';

comment on column gendash.lf_observation.environment is 'Langfuse environment';

comment on column gendash.lf_observation.release is 'release of the application';

comment on column gendash.lf_observation.version is 'version of the traced component';

comment on column gendash.lf_observation.start_time is 'start';

comment on column gendash.lf_observation.end_time is 'end; NULL while it runs or where none was sent';

comment on column gendash.lf_observation.completion_start_time is 'first token of a streamed answer';

comment on column gendash.lf_observation.latency_s is 'end - start, seconds';

comment on column gendash.lf_observation.ttft_s is 'first token - start, seconds; NULL where nothing was streamed';

comment on column gendash.lf_observation.input_tokens is 'tokens of every usage type with ''input'' in its name, as Langfuse adds them, cached ones included; where none has it, of the names of input that providers use';

comment on column gendash.lf_observation.output_tokens is 'tokens of every usage type with ''output'' in its name; where none has it, of the names of output that providers use';

comment on column gendash.lf_observation.cached_tokens is 'input tokens read from a prompt cache, never more than the input';

comment on column gendash.lf_observation.reasoning_tokens is 'output tokens spent on reasoning, never more than the output';

comment on column gendash.lf_observation.total_tokens is 'total as Langfuse states it';

comment on column gendash.lf_observation.usage is 'tokens by usage type';

comment on column gendash.lf_observation.cost_usd is 'cost in USD; NULL where Langfuse had no price';

comment on column gendash.lf_observation.cost is 'USD by cost type';

comment on column gendash.lf_observation.cost_source is 'list (Langfuse''s price list) or provider (sent with the call); NULL where there is no cost or the server does not say';

comment on column gendash.lf_observation.user_hash is 'HMAC-SHA-256 of the user id, as gendash.user_hash() gives it';

comment on column gendash.lf_observation.user_id is 'user id as it was sent; NULL unless langfuse.fields names user_id';

comment on column gendash.lf_observation.session_id is 'Langfuse session';

comment on column gendash.lf_observation.tags is 'tags of the trace, sorted';

comment on column gendash.lf_observation.trace_name is 'name of the trace';

comment on column gendash.lf_observation.is_root is 'whether it is the root of its trace';

comment on column gendash.lf_observation.prompt_name is 'managed prompt';

comment on column gendash.lf_observation.prompt_version is 'its version';

comment on column gendash.lf_observation.error_class is 'timeout, rate_limit, context_length, refusal, tool or other; NULL when the level is not ERROR';

comment on column gendash.lf_observation.error_text is 'message of a failed call; NULL unless langfuse.fields names error_text';

comment on column gendash.lf_observation.model_parameters is 'temperature and so on; NULL unless langfuse.fields names model_parameters';

comment on column gendash.lf_observation.metadata is 'metadata of the keys in langfuse.metadata, nothing else';

comment on column gendash.lf_observation.updated_at is 'last write in Langfuse';

comment on column gendash.lf_observation.digest is 'signature of all other columns, by which a sync finds what differs';

revoke all on gendash.lf_observation from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.lf_observation referencing new table as new_rows for each statement execute function gendash.note_days('lf_observation', '(start_time at time zone ''UTC'')::date', 'project, trace_id');

create or replace trigger note_update after update on gendash.lf_observation referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('lf_observation', '(start_time at time zone ''UTC'')::date', 'project, trace_id');

create or replace trigger note_delete after delete on gendash.lf_observation referencing old table as old_rows for each statement execute function gendash.note_days('lf_observation', '(start_time at time zone ''UTC'')::date', 'project, trace_id');

create or replace trigger note_truncate after truncate on gendash.lf_observation for each statement execute function gendash.note_days('lf_observation', '(start_time at time zone ''UTC'')::date', 'project, trace_id');

comment on table gendash.lf_rejected is 'Items of Langfuse''s lists that cannot be stored as rows, with what names them and the reason. An item is read again with its window of time; it leaves this table when it can be stored, or is no longer sent. Grain: one row per item that was set aside.';

comment on column gendash.lf_rejected.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash.lf_rejected.stream is 'observations, scores or models';

comment on column gendash.lf_rejected.at is 'start of the item, or of the window in which it was listed where its start cannot be read; of a model, when the list was read';

comment on column gendash.lf_rejected.spans is 'where the start cannot be read: the times in which it may be, since no window without the item was read there; NULL where it is known';

comment on column gendash.lf_rejected.trace_id is 'trace of the item; empty where it has none that can be read';

comment on column gendash.lf_rejected.id is 'id of the item; empty where it has none that can be read';

comment on column gendash.lf_rejected.number is 'number among items of the same trace and id, from 1';

comment on column gendash.lf_rejected.start_time is 'start of the item; NULL where it cannot be read';

comment on column gendash.lf_rejected.reason is 'which field does not fit; no value of the item is in it';

revoke all on gendash.lf_rejected from public, gendash_reader, gendash_admin_reader;

comment on table gendash.lf_score is 'Scores from Langfuse (evaluations, annotations, user feedback), without comments and free text. Grain: one row per score.';

comment on column gendash.lf_score.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash.lf_score.id is 'score id';

comment on column gendash.lf_score.trace_id is 'the scored trace';

comment on column gendash.lf_score.observation_id is 'the scored observation, within its trace';

comment on column gendash.lf_score.session_id is 'the scored session';

comment on column gendash.lf_score.name is 'what is scored';

comment on column gendash.lf_score.source is 'API, EVAL or ANNOTATION';

comment on column gendash.lf_score.data_type is 'NUMERIC, BOOLEAN, CATEGORICAL, TEXT or CORRECTION';

comment on column gendash.lf_score.value_num is 'value of a NUMERIC score; 1 or 0 of a BOOLEAN one';

comment on column gendash.lf_score.value_text is 'label of a CATEGORICAL score; True or False of a BOOLEAN one';

comment on column gendash.lf_score.comment is 'comment on the score; NULL unless langfuse.fields names score_comment';

comment on column gendash.lf_score.author_id is 'who gave it; NULL unless langfuse.fields names score_author';

comment on column gendash.lf_score.environment is 'Langfuse environment';

comment on column gendash.lf_score.at is 'time of the score';

comment on column gendash.lf_score.created_at is 'first write in Langfuse';

comment on column gendash.lf_score.updated_at is 'last write in Langfuse';

comment on column gendash.lf_score.digest is 'signature of all other columns, by which a sync finds what differs';

revoke all on gendash.lf_score from public, gendash_reader, gendash_admin_reader;

comment on table gendash.user_entity is 'Accounts, without names and addresses. Grain: one row per account.';

comment on column gendash.user_entity.user_id is 'id of the account on the platform';

comment on column gendash.user_entity.user_hash is 'keyed hash of the id, the same that LLM rows carry';

comment on column gendash.user_entity.created_at is 'registration';

comment on column gendash.user_entity.updated_at is 'last change of the account';

comment on column gendash.user_entity.role is 'user, admin, super_admin, or other';

comment on column gendash.user_entity.is_active is 'whether the account may sign in';

revoke all on gendash.user_entity from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.user_entity referencing new table as new_rows for each statement execute function gendash.note_days('user_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.user_entity referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('user_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.user_entity referencing old table as old_rows for each statement execute function gendash.note_days('user_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.user_entity for each statement execute function gendash.note_days('user_entity', '(created_at at time zone ''UTC'')::date');

comment on table gendash.rating_entity is 'Ratings of answers, without comments. Grain: one row per rating.';

comment on column gendash.rating_entity.feedback_id is 'id of the rating on the platform';

comment on column gendash.rating_entity.message_id is 'the rated answer';

comment on column gendash.rating_entity.user_id is 'who rated';

comment on column gendash.rating_entity.rating is '1 (worst) to 5 (best)';

comment on column gendash.rating_entity.has_comment is 'whether a comment was written';

comment on column gendash.rating_entity.created_at is 'when it was given; stays when it is edited';

comment on column gendash.rating_entity.updated_at is 'last edit';

revoke all on gendash.rating_entity from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.rating_entity referencing new table as new_rows for each statement execute function gendash.note_days('rating_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.rating_entity referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('rating_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.rating_entity referencing old table as old_rows for each statement execute function gendash.note_days('rating_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.rating_entity for each statement execute function gendash.note_days('rating_entity', '(created_at at time zone ''UTC'')::date');

comment on table gendash.user_day is 'Users by the days on which they were active, that is wrote at least one message. Anonymous messages are left out. Grain: one row per local day and user with a user message on it.';

comment on column gendash.user_day.day is 'local day';

comment on column gendash.user_day.user_id is 'id of the account on the platform';

comment on column gendash.user_day.messages is 'messages that the user wrote on it';

comment on column gendash.user_day.first_at is 'the first of them';

comment on column gendash.user_day.last_at is 'the last of them';

revoke all on gendash.user_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_day to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.user_day referencing new table as new_rows for each statement execute function gendash.note_days('user_day', 'day');

create or replace trigger note_update after update on gendash.user_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('user_day', 'day');

create or replace trigger note_delete after delete on gendash.user_day referencing old table as old_rows for each statement execute function gendash.note_days('user_day', 'day');

create or replace trigger note_truncate after truncate on gendash.user_day for each statement execute function gendash.note_days('user_day', 'day');

comment on table gendash.conversation_hour is 'Conversations by the hour in which they began. Grain: one row per local hour, channel and whether anonymous, in which a conversation began.';

comment on column gendash.conversation_hour.hour is 'start of the local hour';

comment on column gendash.conversation_hour.channel is 'chat or voice';

comment on column gendash.conversation_hour.anonymous is 'whether it has no user';

comment on column gendash.conversation_hour.conversations is 'conversations begun in it';

revoke all on gendash.conversation_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.conversation_hour to gendash_reader;

create or replace trigger note_insert after insert on gendash.conversation_hour referencing new table as new_rows for each statement execute function gendash.note_days('conversation_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.conversation_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('conversation_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.conversation_hour referencing old table as old_rows for each statement execute function gendash.note_days('conversation_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.conversation_hour for each statement execute function gendash.note_days('conversation_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.conversation_entity is 'Conversations, without titles and texts. Grain: one row per conversation.';

comment on column gendash.conversation_entity.conversation_id is 'id of the conversation on the platform';

comment on column gendash.conversation_entity.user_id is 'its user; NULL where anonymous';

comment on column gendash.conversation_entity.created_at is 'start';

comment on column gendash.conversation_entity.anonymous is 'whether the platform names no user; stays false when its user is forgotten';

comment on column gendash.conversation_entity.channel is 'chat or voice';

comment on column gendash.conversation_entity.intent is 'what it is about, where the platform says so';

revoke all on gendash.conversation_entity from public, gendash_reader, gendash_admin_reader;

grant select on gendash.conversation_entity to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.conversation_entity referencing new table as new_rows for each statement execute function gendash.note_days('conversation_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.conversation_entity referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('conversation_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.conversation_entity referencing old table as old_rows for each statement execute function gendash.note_days('conversation_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.conversation_entity for each statement execute function gendash.note_days('conversation_entity', '(created_at at time zone ''UTC'')::date');

comment on table gendash.ticket_entity is 'Support tickets, without titles. Grain: one row per ticket.';

comment on column gendash.ticket_entity.ticket_id is 'id of the ticket on the platform';

comment on column gendash.ticket_entity.created_by is 'who opened it';

comment on column gendash.ticket_entity.assigned_to is 'who works on it';

comment on column gendash.ticket_entity.category is 'category; none where it has none';

comment on column gendash.ticket_entity.status is 'open, in_progress, resolved, closed, or other';

comment on column gendash.ticket_entity.priority is 'low, medium, high, urgent, or other';

comment on column gendash.ticket_entity.first_response_at is 'first response';

comment on column gendash.ticket_entity.resolved_at is 'resolution';

comment on column gendash.ticket_entity.closed_at is 'closing';

comment on column gendash.ticket_entity.sla_due_at is 'when it is due';

comment on column gendash.ticket_entity.created_at is 'opening';

comment on column gendash.ticket_entity.updated_at is 'last change of its row';

comment on column gendash.ticket_entity.waits is 'whether it is open or in progress';

comment on column gendash.ticket_entity.ended_at is 'resolution of a resolved or closed ticket: resolved_at, else closed_at, else the last change of its row, never before its opening; NULL for others';

comment on column gendash.ticket_entity.acted_at is 'opening, or ended_at where it ended: the order of lists';

revoke all on gendash.ticket_entity from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_entity to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.ticket_entity referencing new table as new_rows for each statement execute function gendash.note_days('ticket_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.ticket_entity referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('ticket_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.ticket_entity referencing old table as old_rows for each statement execute function gendash.note_days('ticket_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.ticket_entity for each statement execute function gendash.note_days('ticket_entity', '(created_at at time zone ''UTC'')::date');

comment on table gendash.ticket_move is 'Changes of a ticket''s status, without who made them. Grain: one row per change.';

comment on column gendash.ticket_move.move_id is 'id of the change on the platform';

comment on column gendash.ticket_move.ticket_id is 'the ticket';

comment on column gendash.ticket_move.from_status is 'status before: open, in_progress, resolved, closed, or other; NULL where the ticket was created';

comment on column gendash.ticket_move.to_status is 'status after: open, in_progress, resolved, closed, or other';

comment on column gendash.ticket_move.changed_at is 'when it changed';

revoke all on gendash.ticket_move from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.ticket_move referencing new table as new_rows for each statement execute function gendash.note_days('ticket_move', '(changed_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.ticket_move referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('ticket_move', '(changed_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.ticket_move referencing old table as old_rows for each statement execute function gendash.note_days('ticket_move', '(changed_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.ticket_move for each statement execute function gendash.note_days('ticket_move', '(changed_at at time zone ''UTC'')::date');

comment on table gendash.document_entity is 'Documents of the knowledge base, without titles and file names. Grain: one row per document.';

comment on column gendash.document_entity.document_id is 'id of the document on the platform';

comment on column gendash.document_entity.user_id is 'who uploaded it';

comment on column gendash.document_entity.status is 'done, processing, failed, or other';

comment on column gendash.document_entity.file_type is 'extension in lower case without its dot; unknown where there is none';

comment on column gendash.document_entity.file_size is 'bytes';

comment on column gendash.document_entity.chunks is 'chunks in the vector store';

comment on column gendash.document_entity.failure_reason is 'why it failed, as the platform says it; NULL where it did not fail or nothing is said';

comment on column gendash.document_entity.created_at is 'upload';

comment on column gendash.document_entity.updated_at is 'last change of its row';

revoke all on gendash.document_entity from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.document_entity referencing new table as new_rows for each statement execute function gendash.note_days('document_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.document_entity referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('document_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.document_entity referencing old table as old_rows for each statement execute function gendash.note_days('document_entity', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.document_entity for each statement execute function gendash.note_days('document_entity', '(created_at at time zone ''UTC'')::date');

comment on table gendash.intent_conversation_day is 'What conversations were about, by the days on which their messages were written. Grain: one row per local day, conversation and intent with a message on it.';

comment on column gendash.intent_conversation_day.day is 'local day';

comment on column gendash.intent_conversation_day.conversation_id is 'id of the conversation on the platform';

comment on column gendash.intent_conversation_day.intent is 'the agent''s classification of the question';

comment on column gendash.intent_conversation_day.messages is 'messages whose metadata names it';

revoke all on gendash.intent_conversation_day from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.intent_conversation_day referencing new table as new_rows for each statement execute function gendash.note_days('intent_conversation_day', 'day');

create or replace trigger note_update after update on gendash.intent_conversation_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('intent_conversation_day', 'day');

create or replace trigger note_delete after delete on gendash.intent_conversation_day referencing old table as old_rows for each statement execute function gendash.note_days('intent_conversation_day', 'day');

create or replace trigger note_truncate after truncate on gendash.intent_conversation_day for each statement execute function gendash.note_days('intent_conversation_day', 'day');

comment on table gendash.intent_rating_day is 'Ratings of answers by intent. Grain: one row per local day and intent with a rating.';

comment on column gendash.intent_rating_day.day is 'local day on which the ratings were given';

comment on column gendash.intent_rating_day.intent is 'the agent''s classification of the question';

comment on column gendash.intent_rating_day.ratings is 'ratings';

comment on column gendash.intent_rating_day.satisfied is 'those of them of 4 or 5';

revoke all on gendash.intent_rating_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.intent_rating_day to gendash_reader;

create or replace trigger note_insert after insert on gendash.intent_rating_day referencing new table as new_rows for each statement execute function gendash.note_days('intent_rating_day', 'day');

create or replace trigger note_update after update on gendash.intent_rating_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('intent_rating_day', 'day');

create or replace trigger note_delete after delete on gendash.intent_rating_day referencing old table as old_rows for each statement execute function gendash.note_days('intent_rating_day', 'day');

create or replace trigger note_truncate after truncate on gendash.intent_rating_day for each statement execute function gendash.note_days('intent_rating_day', 'day');

comment on table gendash.user_name is 'Names of accounts, for dashboards of admins only; they are stored nowhere else. Grain: one row per account.';

comment on column gendash.user_name.user_id is 'id of the account on the platform';

comment on column gendash.user_name.created_at is 'registration';

comment on column gendash.user_name.name is 'first and last name; NULL where the platform keeps none';

revoke all on gendash.user_name from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_name to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.user_name referencing new table as new_rows for each statement execute function gendash.note_days('user_name', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.user_name referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('user_name', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.user_name referencing old table as old_rows for each statement execute function gendash.note_days('user_name', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.user_name for each statement execute function gendash.note_days('user_name', '(created_at at time zone ''UTC'')::date');

comment on table gendash.message_conversation_day is 'Messages by conversation and day; over all days, the length of a conversation. Grain: one row per local day and conversation with a message on it.';

comment on column gendash.message_conversation_day.day is 'local day';

comment on column gendash.message_conversation_day.conversation_id is 'id of the conversation on the platform';

comment on column gendash.message_conversation_day.messages is 'messages of all roles';

comment on column gendash.message_conversation_day.user_messages is 'messages that its user wrote';

comment on column gendash.message_conversation_day.first_at is 'the first of them';

comment on column gendash.message_conversation_day.last_at is 'the last of them';

revoke all on gendash.message_conversation_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.message_conversation_day to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.message_conversation_day referencing new table as new_rows for each statement execute function gendash.note_days('message_conversation_day', 'day');

create or replace trigger note_update after update on gendash.message_conversation_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('message_conversation_day', 'day');

create or replace trigger note_delete after delete on gendash.message_conversation_day referencing old table as old_rows for each statement execute function gendash.note_days('message_conversation_day', 'day');

create or replace trigger note_truncate after truncate on gendash.message_conversation_day for each statement execute function gendash.note_days('message_conversation_day', 'day');

comment on table gendash.message_hour is 'Messages by hour and role. Grain: one row per local hour and role in which there is a message.';

comment on column gendash.message_hour.hour is 'start of the local hour';

comment on column gendash.message_hour.role is 'user, assistant, system, or other';

comment on column gendash.message_hour.messages is 'messages written in it';

comment on column gendash.message_hour.newest is 'its last message';

revoke all on gendash.message_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.message_hour to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.message_hour referencing new table as new_rows for each statement execute function gendash.note_days('message_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.message_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('message_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.message_hour referencing old table as old_rows for each statement execute function gendash.note_days('message_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.message_hour for each statement execute function gendash.note_days('message_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.rating_answer_hour is 'Answers by hour, and whether they were given to a guest. Grain: one row per local hour with an answer, and whether its conversation is anonymous.';

comment on column gendash.rating_answer_hour.hour is 'start of the local hour';

comment on column gendash.rating_answer_hour.anonymous is 'whether the conversation has no user';

comment on column gendash.rating_answer_hour.answers is 'messages of the assistant';

revoke all on gendash.rating_answer_hour from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.rating_answer_hour referencing new table as new_rows for each statement execute function gendash.note_days('rating_answer_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.rating_answer_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('rating_answer_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.rating_answer_hour referencing old table as old_rows for each statement execute function gendash.note_days('rating_answer_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.rating_answer_hour for each statement execute function gendash.note_days('rating_answer_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.rating_detail is 'Ratings with their comment and the message that they are about. Grain: one row per rating of a message that still exists.';

comment on column gendash.rating_detail.feedback_id is 'id of the rating on the platform';

comment on column gendash.rating_detail.user_id is 'who rated';

comment on column gendash.rating_detail.rating is '1 (worst) to 5 (best), as it is now';

comment on column gendash.rating_detail.comment is 'what was written with it; NULL where nothing was';

comment on column gendash.rating_detail.created_at is 'when it was given; stays when it is edited';

comment on column gendash.rating_detail.message_id is 'the rated message';

comment on column gendash.rating_detail.is_answer is 'whether the assistant wrote it';

comment on column gendash.rating_detail.conversation_id is 'conversation of the rated message';

comment on column gendash.rating_detail.answered_at is 'when the rated message was written';

comment on column gendash.rating_detail.trace_id is 'Langfuse trace of the answer; NULL where its metadata names none';

revoke all on gendash.rating_detail from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.rating_detail referencing new table as new_rows for each statement execute function gendash.note_days('rating_detail', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.rating_detail referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('rating_detail', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.rating_detail referencing old table as old_rows for each statement execute function gendash.note_days('rating_detail', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.rating_detail for each statement execute function gendash.note_days('rating_detail', '(created_at at time zone ''UTC'')::date');

comment on table gendash.rating_message is 'Messages that ratings are about, without the person who rated, so that they stay when that person is forgotten. Grain: one row per rating of a message that still exists.';

comment on column gendash.rating_message.feedback_id is 'id of the rating on the platform';

comment on column gendash.rating_message.created_at is 'when it was given; stays when it is edited';

comment on column gendash.rating_message.message_id is 'the rated message';

comment on column gendash.rating_message.is_answer is 'whether the assistant wrote it';

comment on column gendash.rating_message.conversation_id is 'conversation of the rated message';

comment on column gendash.rating_message.answered_at is 'when the rated message was written';

revoke all on gendash.rating_message from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.rating_message referencing new table as new_rows for each statement execute function gendash.note_days('rating_message', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.rating_message referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('rating_message', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.rating_message referencing old table as old_rows for each statement execute function gendash.note_days('rating_message', '(created_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.rating_message for each statement execute function gendash.note_days('rating_message', '(created_at at time zone ''UTC'')::date');

comment on table gendash.database_day is 'Size of the database that holds gendash''s store, which is the platform''s own by default. Every refresh samples it again, and the last sample of a day is kept, since past sizes are recorded nowhere else. Grain: one row per local day on which it was sampled.';

comment on column gendash.database_day.day is 'local day';

comment on column gendash.database_day.sampled_at is 'when its last sample was taken';

comment on column gendash.database_day.bytes is 'size on disk, indexes included';

comment on column gendash.database_day.gendash_bytes is 'the part of it that gendash''s own relations take';

revoke all on gendash.database_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.database_day to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.database_day referencing new table as new_rows for each statement execute function gendash.note_days('database_day', 'null::date');

create or replace trigger note_update after update on gendash.database_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('database_day', 'null::date');

create or replace trigger note_delete after delete on gendash.database_day referencing old table as old_rows for each statement execute function gendash.note_days('database_day', 'null::date');

create or replace trigger note_truncate after truncate on gendash.database_day for each statement execute function gendash.note_days('database_day', 'null::date');

comment on table gendash.database_table is 'The largest tables of the database that holds gendash''s store, by default the platform''s own, as last sampled. Tables that are locked then are missing. Grain: one row per table, at most 50.';

comment on column gendash.database_table.schema_name is 'schema of the table';

comment on column gendash.database_table.table_name is 'its name, or that of a materialized view';

comment on column gendash.database_table.is_gendash is 'whether it is one of gendash''s own relations';

comment on column gendash.database_table.bytes is 'size on disk with indexes and long values';

comment on column gendash.database_table.index_bytes is 'that of its indexes';

comment on column gendash.database_table.rows is 'rows as PostgreSQL estimates them; NULL where it was never analyzed';

comment on column gendash.database_table.tables is 'how many tables there are in all';

revoke all on gendash.database_table from public, gendash_reader, gendash_admin_reader;

grant select on gendash.database_table to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.database_table referencing new table as new_rows for each statement execute function gendash.note_days('database_table', 'null::date');

create or replace trigger note_update after update on gendash.database_table referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('database_table', 'null::date');

create or replace trigger note_delete after delete on gendash.database_table referencing old table as old_rows for each statement execute function gendash.note_days('database_table', 'null::date');

create or replace trigger note_truncate after truncate on gendash.database_table for each statement execute function gendash.note_days('database_table', 'null::date');

comment on table gendash.retained_week is 'Accounts by the week of their registration that were active in a week, up to the ninth. Deleted accounts are not counted. Grain: one row per local week and week of registration with an account that wrote a message in it.';

comment on column gendash.retained_week.week is 'Monday of a local week';

comment on column gendash.retained_week.cohort is 'Monday of the local week of registration, at most 8 weeks before';

comment on column gendash.retained_week.retained is 'accounts registered in the one that wrote a message in the other';

revoke all on gendash.retained_week from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.retained_week referencing new table as new_rows for each statement execute function gendash.note_days('retained_week', 'week');

create or replace trigger note_update after update on gendash.retained_week referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('retained_week', 'week');

create or replace trigger note_delete after delete on gendash.retained_week referencing old table as old_rows for each statement execute function gendash.note_days('retained_week', 'week');

create or replace trigger note_truncate after truncate on gendash.retained_week for each statement execute function gendash.note_days('retained_week', 'week');

comment on table gendash.user_mix_day is 'Users who were active on a day, by whether it was their first day. A user is active on a day with at least one message of theirs. Grain: one row per local day with an active user.';

comment on column gendash.user_mix_day.day is 'local day';

comment on column gendash.user_mix_day.at is 'its start';

comment on column gendash.user_mix_day.first_time is 'users who had never been active before';

comment on column gendash.user_mix_day.returning_users is 'users who had been';

revoke all on gendash.user_mix_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_mix_day to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.user_mix_day referencing new table as new_rows for each statement execute function gendash.note_days('user_mix_day', 'day');

create or replace trigger note_update after update on gendash.user_mix_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('user_mix_day', 'day');

create or replace trigger note_delete after delete on gendash.user_mix_day referencing old table as old_rows for each statement execute function gendash.note_days('user_mix_day', 'day');

create or replace trigger note_truncate after truncate on gendash.user_mix_day for each statement execute function gendash.note_days('user_mix_day', 'day');

comment on table gendash.active_day is 'Active users and conversations by day. A user is active on a day with at least one message of theirs. Rolling figures are exact distinct counts over their window, not sums of days. Grain: one row per local day on which there is a conversation, or an active user on it or on the 29 days before.';

comment on column gendash.active_day.day is 'local day';

comment on column gendash.active_day.dau is 'users active on it';

comment on column gendash.active_day.wau is 'users active on it or on the 6 days before';

comment on column gendash.active_day.mau is 'users active on it or on the 29 days before';

comment on column gendash.active_day.conversations is 'conversations begun on it';

comment on column gendash.active_day.anonymous is 'those of them without a user';

revoke all on gendash.active_day from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.active_day referencing new table as new_rows for each statement execute function gendash.note_days('active_day', 'day');

create or replace trigger note_update after update on gendash.active_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('active_day', 'day');

create or replace trigger note_delete after delete on gendash.active_day referencing old table as old_rows for each statement execute function gendash.note_days('active_day', 'day');

create or replace trigger note_truncate after truncate on gendash.active_day for each statement execute function gendash.note_days('active_day', 'day');

comment on table gendash.group_word is 'The words by which figures are grouped: of categories and file types, which users of the platform choose, those with most rows. Rows with another word count as other, so that figures add up and no relation grows with the words. Grain: one row per subject and word, at most growth.groups of each subject.';

comment on column gendash.group_word.subject is 'tickets or documents';

comment on column gendash.group_word.word is 'category or file type';

comment on column gendash.group_word.rows is 'tickets or documents with it';

revoke all on gendash.group_word from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.group_word referencing new table as new_rows for each statement execute function gendash.note_days('group_word', 'null::date');

create or replace trigger note_update after update on gendash.group_word referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('group_word', 'null::date');

create or replace trigger note_delete after delete on gendash.group_word referencing old table as old_rows for each statement execute function gendash.note_days('group_word', 'null::date');

create or replace trigger note_truncate after truncate on gendash.group_word for each statement execute function gendash.note_days('group_word', 'null::date');

comment on table gendash.llm_cache_hour is 'What prompt caches saved, by hour: for each observation with cached input, of every type, cached tokens x (its price of an uncached input token - its price of a cached one). Observations whose cost lacks one of both prices are left out. Grain: one row per local hour, environment and model with an observation that read from a cache.';

comment on column gendash.llm_cache_hour.hour is 'start of the local hour';

comment on column gendash.llm_cache_hour.environment is 'Langfuse environment';

comment on column gendash.llm_cache_hour.model is 'model as the application named it; unknown where it named none';

comment on column gendash.llm_cache_hour.calls is 'observations, mostly LLM calls, that read from a cache';

comment on column gendash.llm_cache_hour.cached_tokens is 'tokens that they read from it';

comment on column gendash.llm_cache_hour.saved_usd is 'list price saved, USD';

revoke all on gendash.llm_cache_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_cache_hour to gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_cache_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_cache_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_cache_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_cache_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_cache_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_cache_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_cache_hour for each statement execute function gendash.note_days('llm_cache_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_error_hour is 'Failed LLM calls by class of error. Langfuse''s messages are not stored, only their class of error. Grain: one row per local hour, environment, model and class with a failed call.';

comment on column gendash.llm_error_hour.hour is 'start of the local hour';

comment on column gendash.llm_error_hour.environment is 'Langfuse environment';

comment on column gendash.llm_error_hour.model is 'model as the application named it; unknown where it named none';

comment on column gendash.llm_error_hour.error_class is 'timeout, rate_limit, context_length, refusal, tool or other';

comment on column gendash.llm_error_hour.calls is 'failed LLM calls';

revoke all on gendash.llm_error_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_error_hour to gendash_reader;

create or replace trigger note_insert after insert on gendash.llm_error_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_error_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_error_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_error_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_error_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_error_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_error_hour for each statement execute function gendash.note_days('llm_error_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_group_hour is 'LLM calls, cost and tokens as in llm_hour, by the groups of each dimension: model, environment, release, version, session, tag, tags together, and each key of langfuse.breakdown_keys. Groups of a dimension add up to all, but for tag: a call with two tags counts for both. Metadata of another step of the trace, on this day or the one before, counts for steps without it. Of each day and environment the growth.groups most expensive groups and models have rows, the rest is other. Grain: one row per dimension, local hour, environment, group and model with a call, cost or tokens.';

comment on column gendash.llm_group_hour.dimension is 'model, environment, release, version, session, tag, tags together, or a key of metadata';

comment on column gendash.llm_group_hour.hour is 'start of the local hour';

comment on column gendash.llm_group_hour.environment is 'Langfuse environment';

comment on column gendash.llm_group_hour.value is 'the group; (none) where a call has none; other for those beyond growth.groups of the day';

comment on column gendash.llm_group_hour.model is 'model as the application named it, unknown where it named none; other as of the groups';

comment on column gendash.llm_group_hour.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_group_hour.errors is 'calls whose level is ERROR';

comment on column gendash.llm_group_hour.timed is 'calls that have an end';

comment on column gendash.llm_group_hour.spent_s is 'time of all timed calls together, seconds';

comment on column gendash.llm_group_hour.tokens is 'tokens in total of all steps, as Langfuse states them';

comment on column gendash.llm_group_hour.priced is 'steps with a cost';

comment on column gendash.llm_group_hour.cost_usd is 'cost in USD of all steps; those without a price count as 0';

revoke all on gendash.llm_group_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_group_hour to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_group_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_group_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_group_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_group_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_group_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_group_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_group_hour for each statement execute function gendash.note_days('llm_group_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_hour is 'LLM calls (Langfuse observations of type GENERATION), and cost and tokens of observations of every type that carry any, by the hour in which they began. Langfuse adds up the cost of all types in the same way. Grain: one row per local hour, environment, model and type with a call, cost or tokens in it.';

comment on column gendash.llm_hour.hour is 'start of the local hour';

comment on column gendash.llm_hour.environment is 'Langfuse environment';

comment on column gendash.llm_hour.model is 'model as the application named it; unknown where it named none';

comment on column gendash.llm_hour.type is 'type of the observations: GENERATION for LLM calls, EMBEDDING, AGENT, ...';

comment on column gendash.llm_hour.calls is 'LLM calls, failed ones included; 0 for every type but GENERATION';

comment on column gendash.llm_hour.errors is 'calls whose level is ERROR';

comment on column gendash.llm_hour.input_tokens is 'input tokens, cached ones included';

comment on column gendash.llm_hour.output_tokens is 'output tokens';

comment on column gendash.llm_hour.cached_tokens is 'input tokens read from a prompt cache';

comment on column gendash.llm_hour.total_tokens is 'tokens in total as Langfuse states them';

comment on column gendash.llm_hour.cost_usd is 'cost in USD of the observations that have one; 0 where none has';

comment on column gendash.llm_hour.uncosted is 'calls without a cost';

comment on column gendash.llm_hour.newest is 'start of the last of these observations';

revoke all on gendash.llm_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_hour to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_hour for each statement execute function gendash.note_days('llm_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_latency_day is 'How LLM calls spread, by the day of their start, for each model and environment and for all together. Percentiles (interpolated) are of that day''s calls; they must not be averaged or added. Grain: one row per local day with a call, environment or all, and model or all.';

comment on column gendash.llm_latency_day.day is 'local day';

comment on column gendash.llm_latency_day.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_latency_day.model is 'model as the application named it, unknown where it named none; __all is all of them';

comment on column gendash.llm_latency_day.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_latency_day.timed is 'calls that have an end';

comment on column gendash.llm_latency_day.p50_s is 'median time of a call, failed ones included, seconds; NULL without a timed one';

comment on column gendash.llm_latency_day.p95_s is '95th percentile of it';

comment on column gendash.llm_latency_day.p99_s is '99th percentile of it';

comment on column gendash.llm_latency_day.streamed is 'calls with the time of their first token';

comment on column gendash.llm_latency_day.ttft_p50_s is 'median time to the first token, seconds; NULL where nothing was streamed';

comment on column gendash.llm_latency_day.ttft_p95_s is '95th percentile of it';

comment on column gendash.llm_latency_day.speed_p50 is 'median of output tokens / time of the call, tokens per second; successful calls with output';

comment on column gendash.llm_latency_day.tokens_p50 is 'median of total tokens of a call';

comment on column gendash.llm_latency_day.tokens_p95 is '95th percentile of it';

comment on column gendash.llm_latency_day.input_p95 is '95th percentile of input tokens of a call, cached ones included: how full contexts are';

revoke all on gendash.llm_latency_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_latency_day to gendash_reader;

create or replace trigger note_insert after insert on gendash.llm_latency_day referencing new table as new_rows for each statement execute function gendash.note_days('llm_latency_day', 'day');

create or replace trigger note_update after update on gendash.llm_latency_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_latency_day', 'day');

create or replace trigger note_delete after delete on gendash.llm_latency_day referencing old table as old_rows for each statement execute function gendash.note_days('llm_latency_day', 'day');

create or replace trigger note_truncate after truncate on gendash.llm_latency_day for each statement execute function gendash.note_days('llm_latency_day', 'day');

comment on table gendash.llm_latency_hour is 'How LLM calls spread, by the hour of their start, for each model and environment and for all together. Percentiles (interpolated) are of that hour''s calls; they must not be averaged or added. Grain: one row per local hour with a call, environment or all, and model or all.';

comment on column gendash.llm_latency_hour.hour is 'start of the local hour';

comment on column gendash.llm_latency_hour.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_latency_hour.model is 'model as the application named it, unknown where it named none; __all is all of them';

comment on column gendash.llm_latency_hour.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_latency_hour.timed is 'calls that have an end';

comment on column gendash.llm_latency_hour.p50_s is 'median time of a call, failed ones included, seconds; NULL without a timed one';

comment on column gendash.llm_latency_hour.p95_s is '95th percentile of it';

comment on column gendash.llm_latency_hour.p99_s is '99th percentile of it';

comment on column gendash.llm_latency_hour.streamed is 'calls with the time of their first token';

comment on column gendash.llm_latency_hour.ttft_p50_s is 'median time to the first token, seconds; NULL where nothing was streamed';

comment on column gendash.llm_latency_hour.ttft_p95_s is '95th percentile of it';

comment on column gendash.llm_latency_hour.speed_p50 is 'median of output tokens / time of the call, tokens per second; successful calls with output';

comment on column gendash.llm_latency_hour.tokens_p50 is 'median of total tokens of a call';

comment on column gendash.llm_latency_hour.tokens_p95 is '95th percentile of it';

comment on column gendash.llm_latency_hour.input_p95 is '95th percentile of input tokens of a call, cached ones included: how full contexts are';

revoke all on gendash.llm_latency_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_latency_hour to gendash_reader;

create or replace trigger note_insert after insert on gendash.llm_latency_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_latency_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_latency_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_latency_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_latency_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_latency_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_latency_hour for each statement execute function gendash.note_days('llm_latency_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_turn is 'Traces of Langfuse with an LLM call (observation of type GENERATION), which are agent turns, and other traces with cost or tokens, such as documents that were embedded, which have 0 calls. A trace belongs to the time at which its first step began. Cost and tokens are those of all its steps, of every type. Grain: one row per trace with an LLM call, cost or tokens.';

comment on column gendash.llm_turn.project is 'key of the Langfuse project';

comment on column gendash.llm_turn.trace_id is 'trace';

comment on column gendash.llm_turn.started_at is 'start of its first step';

comment on column gendash.llm_turn.environment is 'Langfuse environment of its first step';

comment on column gendash.llm_turn.user_hash is 'keyed hash of its user; empty where the trace names none';

comment on column gendash.llm_turn.calls is 'LLM calls, failed ones included; 0 where the trace is no agent turn';

comment on column gendash.llm_turn.failed_calls is 'those of them whose level is ERROR';

comment on column gendash.llm_turn.retries is 'LLM calls that follow, within the trace, a failed one of the same name';

comment on column gendash.llm_turn.tool_calls is 'observations of type TOOL or RETRIEVER';

comment on column gendash.llm_turn.failed is 'whether the root of the trace is an ERROR';

comment on column gendash.llm_turn.duration_s is 'end of its last step - start of its first, seconds';

comment on column gendash.llm_turn.input_tokens is 'input tokens, cached ones included';

comment on column gendash.llm_turn.output_tokens is 'output tokens';

comment on column gendash.llm_turn.total_tokens is 'tokens in total as Langfuse states them';

comment on column gendash.llm_turn.cost_usd is 'cost in USD of its steps that have one, of every type; NULL where none has';

comment on column gendash.llm_turn.failed_cost_usd is 'cost of its failed LLM calls';

comment on column gendash.llm_turn.retry_cost_usd is 'cost of its retries that did not fail themselves';

comment on column gendash.llm_turn.uncosted is 'calls without a cost';

revoke all on gendash.llm_turn from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_turn referencing new table as new_rows for each statement execute function gendash.note_days('llm_turn', '(started_at at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_turn referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_turn', '(started_at at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_turn referencing old table as old_rows for each statement execute function gendash.note_days('llm_turn', '(started_at at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_turn for each statement execute function gendash.note_days('llm_turn', '(started_at at time zone ''UTC'')::date');

comment on table gendash.llm_group_day is 'The same as llm_group_hour by the local day, of which charts over long times are drawn. Grain: one row per dimension, local day, environment, group and model with a call, cost or tokens.';

comment on column gendash.llm_group_day.dimension is 'model, environment, release, version, session, tag, tags together, or a key of metadata';

comment on column gendash.llm_group_day.day is 'local day';

comment on column gendash.llm_group_day.environment is 'Langfuse environment';

comment on column gendash.llm_group_day.value is 'the group; (none) where a call has none; other for those beyond growth.groups of the day';

comment on column gendash.llm_group_day.model is 'model as the application named it, unknown where it named none; other as of the groups';

comment on column gendash.llm_group_day.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_group_day.errors is 'calls whose level is ERROR';

comment on column gendash.llm_group_day.timed is 'calls that have an end';

comment on column gendash.llm_group_day.spent_s is 'time of all timed calls together, seconds';

comment on column gendash.llm_group_day.tokens is 'tokens in total of all steps, as Langfuse states them';

comment on column gendash.llm_group_day.priced is 'steps with a cost';

comment on column gendash.llm_group_day.cost_usd is 'cost in USD of all steps; those without a price count as 0';

revoke all on gendash.llm_group_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_group_day to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_group_day referencing new table as new_rows for each statement execute function gendash.note_days('llm_group_day', 'day');

create or replace trigger note_update after update on gendash.llm_group_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_group_day', 'day');

create or replace trigger note_delete after delete on gendash.llm_group_day referencing old table as old_rows for each statement execute function gendash.note_days('llm_group_day', 'day');

create or replace trigger note_truncate after truncate on gendash.llm_group_day for each statement execute function gendash.note_days('llm_group_day', 'day');

comment on table gendash.llm_turn_day is 'Agent turns by the day of their start, for each environment and for all together. Percentiles are of that day''s turns; they must not be averaged or added. Grain: one row per local day with a turn and environment, and one for all environments.';

comment on column gendash.llm_turn_day.day is 'local day';

comment on column gendash.llm_turn_day.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_turn_day.turns is 'turns';

comment on column gendash.llm_turn_day.failed is 'turns whose root is an ERROR';

comment on column gendash.llm_turn_day.untagged is 'turns that name no user';

comment on column gendash.llm_turn_day.calls is 'LLM calls of these turns';

comment on column gendash.llm_turn_day.failed_calls is 'those of them that failed';

comment on column gendash.llm_turn_day.retries is 'LLM calls that follow a failed one of the same name';

comment on column gendash.llm_turn_day.tool_calls is 'tool calls of these turns';

comment on column gendash.llm_turn_day.priced is 'turns with at least one step that has a price';

comment on column gendash.llm_turn_day.cost_usd is 'cost in USD of all steps of these turns; steps without a price count as 0';

comment on column gendash.llm_turn_day.failed_cost_usd is 'cost of failed LLM calls';

comment on column gendash.llm_turn_day.retry_cost_usd is 'cost of retries that did not fail themselves';

comment on column gendash.llm_turn_day.cost_p50_usd is 'median cost of a turn with a price; NULL without one';

comment on column gendash.llm_turn_day.cost_p95_usd is '95th percentile of the cost of a turn with a price';

comment on column gendash.llm_turn_day.calls_p50 is 'median number of LLM calls of a turn';

comment on column gendash.llm_turn_day.calls_p95 is '95th percentile of it';

comment on column gendash.llm_turn_day.calls_max is 'most LLM calls of one turn';

comment on column gendash.llm_turn_day.duration_p50_s is 'median duration of a turn, seconds';

comment on column gendash.llm_turn_day.duration_p95_s is '95th percentile of it';

revoke all on gendash.llm_turn_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_turn_day to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_turn_day referencing new table as new_rows for each statement execute function gendash.note_days('llm_turn_day', 'day');

create or replace trigger note_update after update on gendash.llm_turn_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_turn_day', 'day');

create or replace trigger note_delete after delete on gendash.llm_turn_day referencing old table as old_rows for each statement execute function gendash.note_days('llm_turn_day', 'day');

create or replace trigger note_truncate after truncate on gendash.llm_turn_day for each statement execute function gendash.note_days('llm_turn_day', 'day');

comment on table gendash.llm_turn_hour is 'Agent turns by the hour of their start, for each environment and for all together. Percentiles are of that hour''s turns; they must not be averaged or added. Grain: one row per local hour with a turn and environment, and one for all environments.';

comment on column gendash.llm_turn_hour.hour is 'start of the local hour';

comment on column gendash.llm_turn_hour.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_turn_hour.turns is 'turns';

comment on column gendash.llm_turn_hour.failed is 'turns whose root is an ERROR';

comment on column gendash.llm_turn_hour.untagged is 'turns that name no user';

comment on column gendash.llm_turn_hour.calls is 'LLM calls of these turns';

comment on column gendash.llm_turn_hour.failed_calls is 'those of them that failed';

comment on column gendash.llm_turn_hour.retries is 'LLM calls that follow a failed one of the same name';

comment on column gendash.llm_turn_hour.tool_calls is 'tool calls of these turns';

comment on column gendash.llm_turn_hour.priced is 'turns with at least one step that has a price';

comment on column gendash.llm_turn_hour.cost_usd is 'cost in USD of all steps of these turns; steps without a price count as 0';

comment on column gendash.llm_turn_hour.failed_cost_usd is 'cost of failed LLM calls';

comment on column gendash.llm_turn_hour.retry_cost_usd is 'cost of retries that did not fail themselves';

comment on column gendash.llm_turn_hour.cost_p50_usd is 'median cost of a turn with a price; NULL without one';

comment on column gendash.llm_turn_hour.cost_p95_usd is '95th percentile of the cost of a turn with a price';

comment on column gendash.llm_turn_hour.calls_p50 is 'median number of LLM calls of a turn';

comment on column gendash.llm_turn_hour.calls_p95 is '95th percentile of it';

comment on column gendash.llm_turn_hour.calls_max is 'most LLM calls of one turn';

comment on column gendash.llm_turn_hour.duration_p50_s is 'median duration of a turn, seconds';

comment on column gendash.llm_turn_hour.duration_p95_s is '95th percentile of it';

revoke all on gendash.llm_turn_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_turn_hour to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_turn_hour referencing new table as new_rows for each statement execute function gendash.note_days('llm_turn_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_update after update on gendash.llm_turn_hour referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_turn_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_delete after delete on gendash.llm_turn_hour referencing old table as old_rows for each statement execute function gendash.note_days('llm_turn_hour', '(hour at time zone ''UTC'')::date');

create or replace trigger note_truncate after truncate on gendash.llm_turn_hour for each statement execute function gendash.note_days('llm_turn_hour', '(hour at time zone ''UTC'')::date');

comment on table gendash.llm_user_day is 'Agent turns by user and day, with cost and tokens of all traces of the user, those without an LLM call included. Grain: one row per local day, environment and user with a turn, cost or tokens.';

comment on column gendash.llm_user_day.day is 'local day on which the traces began';

comment on column gendash.llm_user_day.environment is 'Langfuse environment';

comment on column gendash.llm_user_day.user_hash is 'keyed hash of the user, as in user_entity; empty where the trace names none';

comment on column gendash.llm_user_day.turns is 'traces with an LLM call';

comment on column gendash.llm_user_day.calls is 'their LLM calls, failed ones included';

comment on column gendash.llm_user_day.tokens is 'input and output tokens of all traces';

comment on column gendash.llm_user_day.cost_usd is 'cost in USD of all traces; steps without a price count as 0';

comment on column gendash.llm_user_day.last_at is 'start of the last trace';

revoke all on gendash.llm_user_day from public, gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.llm_user_day referencing new table as new_rows for each statement execute function gendash.note_days('llm_user_day', 'day');

create or replace trigger note_update after update on gendash.llm_user_day referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('llm_user_day', 'day');

create or replace trigger note_delete after delete on gendash.llm_user_day referencing old table as old_rows for each statement execute function gendash.note_days('llm_user_day', 'day');

create or replace trigger note_truncate after truncate on gendash.llm_user_day for each statement execute function gendash.note_days('llm_user_day', 'day');

comment on table gendash.daily_snapshot is 'How many accounts, tickets and documents there were in each state at the end of each local day. The platform cannot give these counts later, since rows change and are deleted. Every refresh counts today again, and the last count of a day is kept forever. Days before the first refresh, or without one, are filled once from what is known now: from the times at which rows were created and tickets ended, without rows deleted since. Grain: one row per local day, subject, state and part that was there on it or before.';

comment on column gendash.daily_snapshot.day is 'local day';

comment on column gendash.daily_snapshot.subject is 'accounts, tickets or documents';

comment on column gendash.daily_snapshot.state is 'accounts: active or inactive; tickets: open, in_progress, resolved, closed, other, or waiting where it is not known which of the first two; documents: done, processing, failed or other';

comment on column gendash.daily_snapshot.part is 'accounts: role; tickets: priority; documents: file type';

comment on column gendash.daily_snapshot.amount is 'how many there were at the end of the day; of today as of now';

comment on column gendash.daily_snapshot.chunks is 'documents: their chunks in the vector store; NULL for others';

comment on column gendash.daily_snapshot.known is '''on the day'', or ''as known today'': filled later, without what was deleted and with the present role, priority and, of accounts and documents, state';

revoke all on gendash.daily_snapshot from public, gendash_reader, gendash_admin_reader;

grant select on gendash.daily_snapshot to gendash_reader, gendash_admin_reader;

create or replace trigger note_insert after insert on gendash.daily_snapshot referencing new table as new_rows for each statement execute function gendash.note_days('daily_snapshot', 'null::date');

create or replace trigger note_update after update on gendash.daily_snapshot referencing old table as old_rows new table as new_rows for each statement execute function gendash.note_days('daily_snapshot', 'null::date');

create or replace trigger note_delete after delete on gendash.daily_snapshot referencing old table as old_rows for each statement execute function gendash.note_days('daily_snapshot', 'null::date');

create or replace trigger note_truncate after truncate on gendash.daily_snapshot for each statement execute function gendash.note_days('daily_snapshot', 'null::date');

comment on view gendash.audit_now is 'The last result of each audit. Grain: one row per audit.';

comment on column gendash.audit_now.name is 'name of the audit';

comment on column gendash.audit_now.state is 'passed, found (rows that should not be there), failed (with an error) or late (did not run when it should)';

comment on column gendash.audit_now.severity is 'critical or warning';

comment on column gendash.audit_now.doc is 'what a find means';

comment on column gendash.audit_now.found is 'rows that should not be there, or keys by which two sources differ; NULL if the audit failed';

comment on column gendash.audit_now.sample is 'keys of the first of them, the share, or why it failed';

comment on column gendash.audit_now.since is 'first of the runs in a row that did not pass; NULL where it passed';

comment on column gendash.audit_now.at is 'when it ran';

comment on column gendash.audit_now.age_s is 'seconds since then';

revoke all on gendash.audit_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.audit_now to gendash_admin_reader;

comment on view gendash.freshness_now is 'How old the data is that the dashboards show. Grain: one row per source.';

comment on column gendash.freshness_now.source is 'platform (newest row of the platform''s database), rollups (gendash''s own relations), langfuse (sync of LLM data)';

comment on column gendash.freshness_now.age_s is 'age in seconds; for rollups, of the one furthest behind its cadence; NULL if nothing was read yet';

comment on column gendash.freshness_now.expected_s is 'age up to which data counts as fresh, seconds; NULL for the platform, where a night without traffic is not a fault';

comment on column gendash.freshness_now.note is 'what the age refers to, and the last error if there is one';

revoke all on gendash.freshness_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.freshness_now to gendash_reader, gendash_admin_reader;

comment on view gendash.refresh_now is 'State of every relation that is filled by a refresh or by the Langfuse sync; `verify` judges by it. Grain: one row per relation.';

comment on column gendash.refresh_now.relation is 'name of the relation';

comment on column gendash.refresh_now.finished_at is 'end of the last successful refresh or sync; of several projects the oldest; NULL if there was none yet';

comment on column gendash.refresh_now.age_s is 'seconds since then';

comment on column gendash.refresh_now.cadence_s is 'how often it is expected to be filled, seconds';

comment on column gendash.refresh_now.error is 'why the last attempt failed, in one line; NULL if it succeeded';

comment on column gendash.refresh_now.error_at is 'when it failed';

revoke all on gendash.refresh_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.refresh_now to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.account_day is 'Registrations by day and the accounts that these add up to. Only accounts that are active now are counted, so that the last day equals accounts_active of account_now; deleted and deactivated ones are missing from the past too. Grain: one row per local day from the first registration to today, at most growth.days back.';

comment on column gendash.account_day.day is 'local day';

comment on column gendash.account_day.at is 'its start';

comment on column gendash.account_day.registered is 'accounts registered on it';

comment on column gendash.account_day.accounts is 'accounts registered on it or before';

revoke all on gendash.account_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.account_day to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.account_now is 'Accounts as they are now. Deleted accounts are not counted, not even in figures of the past. Grain: one row.';

comment on column gendash.account_now.accounts_total is 'accounts, inactive ones and staff included';

comment on column gendash.account_now.accounts_active is 'accounts that may sign in, staff included';

comment on column gendash.account_now.accounts_inactive is 'accounts that may not sign in';

comment on column gendash.account_now.staff_active is 'active accounts with role admin or super_admin';

comment on column gendash.account_now.accounts_new_7d is 'active accounts registered today or on the 6 days before';

comment on column gendash.account_now.accounts_new_30d is 'active accounts registered today or on the 29 days before';

comment on column gendash.account_now.accounts_30d_ago is 'active accounts registered before these 30 days';

revoke all on gendash.account_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.account_now to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.user_role_now is 'Accounts by role, as they are now. Grain: one row per role.';

comment on column gendash.user_role_now.role is 'user, admin, super_admin, or other';

comment on column gendash.user_role_now.rank is 'order of the roles';

comment on column gendash.user_role_now.active is 'accounts that may sign in';

comment on column gendash.user_role_now.inactive is 'accounts that may not';

revoke all on gendash.user_role_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_role_now to gendash_admin_reader;

comment on materialized view gendash.csat_day is 'Satisfaction by the day on which a rating was given. A rating of 4 or 5 counts as satisfied. An edited rating counts with its present value on the day of its first. Grain: one row per local day from the first rating to today, at most growth.days back; days without one show 0.';

comment on column gendash.csat_day.day is 'local day';

comment on column gendash.csat_day.at is 'its start';

comment on column gendash.csat_day.ratings is 'ratings given on it';

comment on column gendash.csat_day.satisfied is 'those of them that are 4 or 5';

comment on column gendash.csat_day.ratings_7d is 'ratings on it and the 6 days before';

comment on column gendash.csat_day.satisfied_7d is 'those of them that are 4 or 5';

comment on column gendash.csat_day.csat_7d is 'satisfied_7d / ratings_7d; NULL where there was no rating';

revoke all on gendash.csat_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.csat_day to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.rating_day is 'Ratings by day and value. An edited rating counts with its present value on the day of its first. Grain: one row per local day and value from 1 to 5, from the first rating to today, at most growth.days back; days without one show 0.';

comment on column gendash.rating_day.day is 'local day';

comment on column gendash.rating_day.at is 'its start';

comment on column gendash.rating_day.rating is '1 (worst) to 5 (best)';

comment on column gendash.rating_day.ratings is 'ratings given on it';

revoke all on gendash.rating_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_day to gendash_admin_reader;

comment on materialized view gendash.activation_30d is 'How far accounts came within the first seven local days, the day of registration being the first: of those that registered on the 30 days which ended 7 days ago, so that the seven days of each are over. Each step counts only accounts that took the ones before it. Deleted accounts are not counted. Grain: one row per step.';

comment on column gendash.activation_30d.step is 'registered, wrote (a message), came back (wrote on a second day), or rated (an answer)';

comment on column gendash.activation_30d.rank is 'order of the steps';

comment on column gendash.activation_30d.users is 'accounts that took it';

comment on column gendash.activation_30d.first_message_s is 'median seconds from registration to first message over all of these accounts; NULL where fewer than half wrote; the same in each row';

revoke all on gendash.activation_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.activation_30d to gendash_admin_reader;

comment on materialized view gendash.user_month is 'Questions by user in this local month so far and in the whole one before, for billing. Guests are left out. Grain: one row per user with a message in one of the two months.';

comment on column gendash.user_month.rank is 'order by messages of this month, then of the last one, most first; ties by id';

comment on column gendash.user_month.user_id is 'id of the account on the platform';

comment on column gendash.user_month.this_month is 'messages that the user wrote in this local month until today';

comment on column gendash.user_month.last_month is 'those of the whole month before';

comment on column gendash.user_month.active_days is 'days of this month with such a message';

comment on column gendash.user_month.last_at is 'the last of them';

comment on column gendash.user_month.total is 'all such users';

revoke all on gendash.user_month from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_month to gendash_admin_reader;

comment on materialized view gendash.conversation_day is 'Conversations begun by day and channel. Grain: one row per local day and channel, from the first conversation to today, at most growth.days back; days without one show 0.';

comment on column gendash.conversation_day.day is 'local day';

comment on column gendash.conversation_day.at is 'its start';

comment on column gendash.conversation_day.channel is 'chat or voice';

comment on column gendash.conversation_day.conversations is 'conversations begun on it';

comment on column gendash.conversation_day.anonymous is 'those of them without a user';

revoke all on gendash.conversation_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.conversation_day to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.ticket_creator_now is 'Who opened tickets, those with most first, as the first 8 characters of an id, without other personal data. Grain: one row per creator, at most growth.options; unknown is one of them.';

comment on column gendash.ticket_creator_now.creator is 'first 8 characters of the creator''s id; unknown where that is not known';

comment on column gendash.ticket_creator_now.tickets is 'tickets opened';

revoke all on gendash.ticket_creator_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_creator_now to gendash_reader;

comment on materialized view gendash.document_owner_now is 'Who uploaded the documents that are there, those with most first, as the first 8 characters of an id, without other personal data. Grain: one row per owner, at most growth.options; unknown is one of them.';

comment on column gendash.document_owner_now.owner is 'first 8 characters of the owner''s id; unknown where that is not known';

comment on column gendash.document_owner_now.documents is 'documents uploaded';

revoke all on gendash.document_owner_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_owner_now to gendash_reader;

comment on materialized view gendash.document_status_now is 'Documents of the knowledge base by status as they are now. Grain: one row per status; each status has its row, other only where a document has an unknown one.';

comment on column gendash.document_status_now.status is 'done, processing, failed, or other';

comment on column gendash.document_status_now.rank is 'order of the statuses';

comment on column gendash.document_status_now.documents is 'documents with it';

comment on column gendash.document_status_now.stuck is 'those of them that have been processing for more than 15 minutes without a change';

comment on column gendash.document_status_now.chunks is 'their chunks in the vector store';

revoke all on gendash.document_status_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_status_now to gendash_reader;

comment on materialized view gendash.intent_7d is 'Conversations by intent over today and the 6 local days before. A conversation counts once for each intent that its messages name, so intents add up to more than all conversations. Grain: one row per intent with a message.';

comment on column gendash.intent_7d.intent is 'the agent''s classification of the question';

comment on column gendash.intent_7d.conversations is 'distinct conversations with a message of this intent';

comment on column gendash.intent_7d.messages is 'messages of this intent';

revoke all on gendash.intent_7d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.intent_7d to gendash_reader;

comment on materialized view gendash.llm_model_30d is 'LLM calls by model, and cost and tokens of observations of every type that name it, over today and the 29 local days before, up to now. Percentiles (interpolated) are of all LLM calls of these days. Grain: one row per environment or all, and model or all, with a call, cost or tokens.';

comment on column gendash.llm_model_30d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_model_30d.model is 'model as the application named it, unknown where it named none; __all is all of them';

comment on column gendash.llm_model_30d.calls is 'LLM calls, failed ones included; 0 of a model that only embeds';

comment on column gendash.llm_model_30d.errors is 'calls whose level is ERROR';

comment on column gendash.llm_model_30d.tokens is 'tokens in total as Langfuse states them';

comment on column gendash.llm_model_30d.call_tokens is 'those of LLM calls';

comment on column gendash.llm_model_30d.cost_usd is 'cost in USD of the observations that have one; 0 where none has';

comment on column gendash.llm_model_30d.call_cost_usd is 'that of LLM calls';

comment on column gendash.llm_model_30d.uncosted is 'calls without a cost';

comment on column gendash.llm_model_30d.p50_s is 'median time of a call, seconds; NULL without a timed one';

comment on column gendash.llm_model_30d.p95_s is '95th percentile of it';

comment on column gendash.llm_model_30d.ttft_p95_s is '95th percentile of the time to the first token; NULL where nothing was streamed';

comment on column gendash.llm_model_30d.speed_p50 is 'median of output tokens / time of the call; successful calls with output';

comment on column gendash.llm_model_30d.tokens_p95 is '95th percentile of total tokens of a call; NULL without one';

revoke all on gendash.llm_model_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_model_30d to gendash_admin_reader;

comment on materialized view gendash.llm_model_7d is 'LLM calls by model, and cost and tokens of observations of every type that name it, over today and the 6 local days before, up to now. Percentiles (interpolated) are of all LLM calls of these days. Grain: one row per environment or all, and model or all, with a call, cost or tokens.';

comment on column gendash.llm_model_7d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_model_7d.model is 'model as the application named it, unknown where it named none; __all is all of them';

comment on column gendash.llm_model_7d.calls is 'LLM calls, failed ones included; 0 of a model that only embeds';

comment on column gendash.llm_model_7d.errors is 'calls whose level is ERROR';

comment on column gendash.llm_model_7d.tokens is 'tokens in total as Langfuse states them';

comment on column gendash.llm_model_7d.call_tokens is 'those of LLM calls';

comment on column gendash.llm_model_7d.cost_usd is 'cost in USD of the observations that have one; 0 where none has';

comment on column gendash.llm_model_7d.call_cost_usd is 'that of LLM calls';

comment on column gendash.llm_model_7d.uncosted is 'calls without a cost';

comment on column gendash.llm_model_7d.p50_s is 'median time of a call, seconds; NULL without a timed one';

comment on column gendash.llm_model_7d.p95_s is '95th percentile of it';

comment on column gendash.llm_model_7d.ttft_p95_s is '95th percentile of the time to the first token; NULL where nothing was streamed';

comment on column gendash.llm_model_7d.speed_p50 is 'median of output tokens / time of the call; successful calls with output';

comment on column gendash.llm_model_7d.tokens_p95 is '95th percentile of total tokens of a call; NULL without one';

revoke all on gendash.llm_model_7d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_model_7d to gendash_reader;

comment on materialized view gendash.llm_price_30d is 'What Langfuse''s price list says about the models of today''s and the last 29 days'' LLM calls, embeddings and other observations that name a model and carry tokens or cost, and why they have no price. The entry is the one that Langfuse uses for a call of today: its pattern matches the model, the project''s own before Langfuse''s, the youngest start date first. Grain: one row per project and model with a call, or tokens or cost of another observation.';

comment on column gendash.llm_price_30d.project is 'key of the Langfuse project, as in gendash.yaml';

comment on column gendash.llm_price_30d.model is 'model as the application named it, unknown where it named none';

comment on column gendash.llm_price_30d.calls is 'LLM calls, failed ones included, and other observations of the model';

comment on column gendash.llm_price_30d.uncosted is 'calls without a cost';

comment on column gendash.llm_price_30d.entry is 'name of the entry of the price list; NULL where none matches';

comment on column gendash.llm_price_30d.kept_by is 'Langfuse or project: who maintains the entry';

comment on column gendash.llm_price_30d.input_usd is 'list price of a million units of input, standard tier, in USD';

comment on column gendash.llm_price_30d.output_usd is 'list price of a million units of output, standard tier, in USD';

comment on column gendash.llm_price_30d.from_list is 'calls that the list has priced';

comment on column gendash.llm_price_30d.from_provider is 'calls whose cost was sent with them';

comment on column gendash.llm_price_30d.hint is 'why calls are without a price, and what to do; NULL where each has one';

revoke all on gendash.llm_price_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_price_30d to gendash_admin_reader;

comment on materialized view gendash.llm_prompt_30d is 'LLM calls by version of a managed prompt, over today and the 29 local days before, up to now. Grain: one row per environment or all, prompt and version with a call.';

comment on column gendash.llm_prompt_30d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_prompt_30d.prompt is 'name of the prompt';

comment on column gendash.llm_prompt_30d.version is 'its version';

comment on column gendash.llm_prompt_30d.first_at is 'its first call in the window';

comment on column gendash.llm_prompt_30d.last_at is 'its last call';

comment on column gendash.llm_prompt_30d.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_prompt_30d.errors is 'calls whose level is ERROR';

comment on column gendash.llm_prompt_30d.tokens is 'tokens in total';

comment on column gendash.llm_prompt_30d.priced is 'calls with a price';

comment on column gendash.llm_prompt_30d.cost_usd is 'cost in USD of the calls that have a price';

comment on column gendash.llm_prompt_30d.p95_s is '95th percentile of the time of a call, seconds';

revoke all on gendash.llm_prompt_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_prompt_30d to gendash_reader;

comment on materialized view gendash.rating_score_day is 'Means of numeric evaluations from Langfuse (sources EVAL and ANNOTATION) by day. Grain: one row per local day and name of a numeric score.';

comment on column gendash.rating_score_day.day is 'local day';

comment on column gendash.rating_score_day.name is 'what is scored';

comment on column gendash.rating_score_day.scores is 'scores';

comment on column gendash.rating_score_day.total is 'sum of their values: divide by scores for a mean';

revoke all on gendash.rating_score_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_score_day to gendash_admin_reader;

comment on materialized view gendash.user_depth_amount is 'How much people use it, today and on the 29 days before: how many users began so many conversations, and how many conversations begun in them and at least 24 hours ago have so many messages, of all roles. Grain: one row per measure and amount.';

comment on column gendash.user_depth_amount.measure is 'conversations (per user) or messages (per conversation)';

comment on column gendash.user_depth_amount.amount is 'how many of them';

comment on column gendash.user_depth_amount.n is 'users or conversations with so many';

comment on column gendash.user_depth_amount.single is 'those of these conversations with exactly one message of a user; 0 for users';

revoke all on gendash.user_depth_amount from public, gendash_reader, gendash_admin_reader;

comment on materialized view gendash.rating_response_day is 'How many answers were rated, by the day of the answer. Only answers that had at least 24 hours for it count, by whole hours, and only answers that could be rated, those to known users unless the setting platform.guests_can_rate is true. An answer that was rated several times counts once; ratings of other messages do not count here. Answers to users who were deleted, or whom platform.rows excludes, count with their ratings. Grain: one row per local day with such an answer.';

comment on column gendash.rating_response_day.day is 'local day of the answer';

comment on column gendash.rating_response_day.answers is 'answers that could be rated';

comment on column gendash.rating_response_day.rated is 'those of them that were';

revoke all on gendash.rating_response_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_response_day to gendash_admin_reader;

comment on view gendash.csat_band_day is 'Satisfaction over 7 days with the 95 % interval of Wilson''s score, which shows the uncertainty of small samples. Grain: one row per local day from the first rating to today.';

comment on column gendash.csat_band_day.day is 'local day';

comment on column gendash.csat_band_day.at is 'its start';

comment on column gendash.csat_band_day.ratings_7d is 'ratings on it and the 6 days before';

comment on column gendash.csat_band_day.csat_7d is 'share of them that are 4 or 5; NULL where there was no rating';

comment on column gendash.csat_band_day.low_7d is 'lower end of the interval, z = 1.96';

comment on column gendash.csat_band_day.high_7d is 'upper end of the interval';

revoke all on gendash.csat_band_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.csat_band_day to gendash_admin_reader;

comment on materialized view gendash.cohort_week is 'How many of the accounts registered in a week were active in that week and in the weeks after it. Only weeks that are over are there, so that figures no longer change. Deleted accounts are not counted. Grain: one row per week of registration (of the last 16) and week since then that is over, 0 to 8.';

comment on column gendash.cohort_week.week is 'Monday of the local week of registration';

comment on column gendash.cohort_week.k is 'weeks since then; 0 is the week of registration itself';

comment on column gendash.cohort_week.users is 'accounts registered in the week, those inactive now included';

comment on column gendash.cohort_week.retained is 'those of them who wrote a message in week k';

revoke all on gendash.cohort_week from public, gendash_reader, gendash_admin_reader;

grant select on gendash.cohort_week to gendash_admin_reader;

comment on view gendash.activity_day is 'Active users and conversations by day. A user is active on a day with at least one message of theirs. Rolling figures are exact distinct counts over their window, not sums of days. Grain: one row per local day from the first message or conversation to today, at most growth.days back.';

comment on column gendash.activity_day.day is 'local day';

comment on column gendash.activity_day.at is 'its start';

comment on column gendash.activity_day.dau is 'users active on it';

comment on column gendash.activity_day.wau is 'users active on it or on the 6 days before';

comment on column gendash.activity_day.mau is 'users active on it or on the 29 days before';

comment on column gendash.activity_day.conversations is 'conversations begun on it';

comment on column gendash.activity_day.anonymous is 'those of them without a user';

revoke all on gendash.activity_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.activity_day to gendash_reader, gendash_admin_reader;

comment on view gendash.document_now is 'Documents of the knowledge base as they are now, without their owners'' names, titles and file names. Grain: one row per document.';

comment on column gendash.document_now.document_id is 'id of the document on the platform';

comment on column gendash.document_now.status is 'done, processing, failed, or other';

comment on column gendash.document_now.file_type is 'extension in lower case without its dot, of the growth.groups with most documents, else other; unknown where there is none';

comment on column gendash.document_now.file_size is 'bytes';

comment on column gendash.document_now.chunks is 'chunks in the vector store';

comment on column gendash.document_now.day is 'local day of the upload';

comment on column gendash.document_now.created_at is 'upload';

comment on column gendash.document_now.changed_at is 'last change of its row; its upload where the platform keeps none';

comment on column gendash.document_now.took_s is 'seconds from upload to last change, rounded up; NULL where the platform keeps none';

comment on column gendash.document_now.stuck is 'whether it has been processing for more than 15 minutes without a change';

comment on column gendash.document_now.owner is 'first 8 characters of the id of who uploaded it';

revoke all on gendash.document_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_now to gendash_reader;

comment on view gendash.ticket_now is 'Tickets as they are now. A ticket waits while it is open or in progress, and ended once it is resolved or closed; one of an unknown status does neither. A reopened ticket waits again, whatever its earlier resolution. Grain: one row per ticket.';

comment on column gendash.ticket_now.ticket_id is 'id of the ticket on the platform';

comment on column gendash.ticket_now.status is 'open, in_progress, resolved, closed, or other';

comment on column gendash.ticket_now.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_now.priority_rank is 'order of the priorities, urgent first';

comment on column gendash.ticket_now.category is 'category, of the growth.groups with most tickets, else other; none where it has none';

comment on column gendash.ticket_now.waits is 'whether it is open or in progress';

comment on column gendash.ticket_now.created_at is 'opening';

comment on column gendash.ticket_now.answered_at is 'first response';

comment on column gendash.ticket_now.ended_at is 'resolution of a resolved or closed ticket: resolved_at, else closed_at, else the last change of its row; NULL for others';

comment on column gendash.ticket_now.due_at is 'when it is due';

comment on column gendash.ticket_now.overdue is 'whether it waits and its due time has passed';

comment on column gendash.ticket_now.at_risk is 'whether it waits and is due within the next limits.ticket_at_risk_s seconds';

comment on column gendash.ticket_now.acted_at is 'opening, or ended_at where it ended: the order of lists';

comment on column gendash.ticket_now.assignee is 'first 8 characters of the id of who works on it; NULL where nobody does';

comment on column gendash.ticket_now.creator is 'first 8 characters of the id of who opened it; NULL where that is not known';

revoke all on gendash.ticket_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_now to gendash_reader;

comment on view gendash.budget_now is 'LLM spending of this calendar month against the budget, over all environments. Grain: one row.';

comment on column gendash.budget_now.month_cost_usd is 'cost of every type since the start of the local month; NULL where none was ever synced';

comment on column gendash.budget_now.today_cost_usd is 'cost since the start of the local day; NULL where none was ever synced';

comment on column gendash.budget_now.budget_usd is 'budget of a calendar month';

comment on column gendash.budget_now.daily_budget_usd is 'budget_usd / days of this month';

comment on column gendash.budget_now.spent_ratio is 'month_cost_usd / budget_usd';

comment on column gendash.budget_now.elapsed_ratio is 'share of this month that has passed';

comment on column gendash.budget_now.forecast_usd is 'month_cost_usd / elapsed_ratio: cost of the month at the current rate; NULL on its first day';

comment on column gendash.budget_now.uncosted is 'calls of this month without a cost; they are missing above';

revoke all on gendash.budget_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.budget_now to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.llm_spend_day is 'LLM calls, and cost of observations of every type, by day and environment. Grain: one row per local day and environment with a call, cost or tokens; other days have no row.';

comment on column gendash.llm_spend_day.day is 'local day';

comment on column gendash.llm_spend_day.at is 'its start';

comment on column gendash.llm_spend_day.environment is 'Langfuse environment';

comment on column gendash.llm_spend_day.cost_usd is 'cost in USD of the observations that have one';

comment on column gendash.llm_spend_day.calls is 'LLM calls, failed ones included';

comment on column gendash.llm_spend_day.uncosted is 'calls without a cost';

revoke all on gendash.llm_spend_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_spend_day to gendash_reader, gendash_admin_reader;

comment on materialized view gendash.llm_depth_7d is 'Agent turns that began today or on the 6 local days before, up to now, by how many LLM calls they took. Grain: one row per environment or all, and bucket; each bucket has its row where there is a turn at all.';

comment on column gendash.llm_depth_7d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_depth_7d.rank is 'order of the buckets, fewest calls first';

comment on column gendash.llm_depth_7d.bucket is 'LLM calls of a turn: 1, 2, 3, 4 to 5, 6 to 9, 10 or more';

comment on column gendash.llm_depth_7d.turns is 'turns';

revoke all on gendash.llm_depth_7d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_depth_7d to gendash_reader;

comment on materialized view gendash.llm_tool_30d is 'Tools in traces of turns that began today or on the 29 local days before. A turn that uses several tools counts for each of them with its whole cost, so tools add up to more than all turns. Grain: one row per environment or all, and tool; turns without any are counted as (no tool).';

comment on column gendash.llm_tool_30d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_tool_30d.tool is 'name of the TOOL or RETRIEVER observation; (no tool) for turns without one';

comment on column gendash.llm_tool_30d.turns is 'turns that used it';

comment on column gendash.llm_tool_30d.failed_turns is 'those of them that failed';

comment on column gendash.llm_tool_30d.calls is 'its calls';

comment on column gendash.llm_tool_30d.errors is 'its calls whose level is ERROR';

comment on column gendash.llm_tool_30d.p50_s is 'median time of a call, seconds; NULL without a timed one';

comment on column gendash.llm_tool_30d.p95_s is '95th percentile of it';

comment on column gendash.llm_tool_30d.priced is 'turns that used it and have a price';

comment on column gendash.llm_tool_30d.cost_usd is 'whole cost in USD of the turns that used it';

revoke all on gendash.llm_tool_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_tool_30d to gendash_admin_reader;

comment on materialized view gendash.llm_tool_7d is 'Tools in traces of turns that began today or on the 6 local days before. A turn that uses several tools counts for each of them with its whole cost, so tools add up to more than all turns. Grain: one row per environment or all, and tool; turns without any are counted as (no tool).';

comment on column gendash.llm_tool_7d.environment is 'Langfuse environment; __all is all of them';

comment on column gendash.llm_tool_7d.tool is 'name of the TOOL or RETRIEVER observation; (no tool) for turns without one';

comment on column gendash.llm_tool_7d.turns is 'turns that used it';

comment on column gendash.llm_tool_7d.failed_turns is 'those of them that failed';

comment on column gendash.llm_tool_7d.calls is 'its calls';

comment on column gendash.llm_tool_7d.errors is 'its calls whose level is ERROR';

comment on column gendash.llm_tool_7d.p50_s is 'median time of a call, seconds; NULL without a timed one';

comment on column gendash.llm_tool_7d.p95_s is '95th percentile of it';

comment on column gendash.llm_tool_7d.priced is 'turns that used it and have a price';

comment on column gendash.llm_tool_7d.cost_usd is 'whole cost in USD of the turns that used it';

revoke all on gendash.llm_tool_7d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_tool_7d to gendash_reader;

comment on view gendash.llm_turn_recent is 'Agent turns of the current local hour and the 23 before, to be looked up in Langfuse, without their users. Grain: one row per trace with an LLM call.';

comment on column gendash.llm_turn_recent.project is 'key of the Langfuse project';

comment on column gendash.llm_turn_recent.trace_id is 'trace';

comment on column gendash.llm_turn_recent.started_at is 'start of its first step';

comment on column gendash.llm_turn_recent.environment is 'Langfuse environment';

comment on column gendash.llm_turn_recent.failed is 'whether the root of the trace is an ERROR';

comment on column gendash.llm_turn_recent.calls is 'LLM calls';

comment on column gendash.llm_turn_recent.failed_calls is 'those of them that failed';

comment on column gendash.llm_turn_recent.tool_calls is 'tool calls';

comment on column gendash.llm_turn_recent.duration_s is 'duration, seconds';

comment on column gendash.llm_turn_recent.cost_usd is 'cost in USD; NULL where no step has a price';

revoke all on gendash.llm_turn_recent from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_turn_recent to gendash_reader;

comment on materialized view gendash.rating_turn_30d is 'Ratings given today or on the 29 days before, with the agent turn (Langfuse trace) of the rated answer. Grain: one row per rating.';

comment on column gendash.rating_turn_30d.feedback_id is 'id of the rating on the platform';

comment on column gendash.rating_turn_30d.created_at is 'when it was given';

comment on column gendash.rating_turn_30d.rating is '1 (worst) to 5 (best)';

comment on column gendash.rating_turn_30d.negative is 'whether the rating is 1 or 2';

comment on column gendash.rating_turn_30d.comment is 'what was written with it';

comment on column gendash.rating_turn_30d.commented is 'whether anything was written with it';

comment on column gendash.rating_turn_30d.user_id is 'who rated';

comment on column gendash.rating_turn_30d.conversation_id is 'conversation of the rated answer';

comment on column gendash.rating_turn_30d.trace_id is 'trace that the answer names';

comment on column gendash.rating_turn_30d.traced is 'whether that trace was synced and has an LLM call';

comment on column gendash.rating_turn_30d.duration_s is 'duration of the turn, seconds';

comment on column gendash.rating_turn_30d.cost_usd is 'cost of the turn, USD; NULL where no step has a price';

comment on column gendash.rating_turn_30d.tokens is 'input and output tokens of the turn';

comment on column gendash.rating_turn_30d.model is 'model of its last LLM call';

comment on column gendash.rating_turn_30d.prompt is 'managed prompt of its last LLM call and its version; NULL where it used none';

comment on column gendash.rating_turn_30d.prompt_name is 'name of that prompt';

comment on column gendash.rating_turn_30d.prompt_version is 'its version';

revoke all on gendash.rating_turn_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_turn_30d to gendash_admin_reader;

comment on view gendash.user_depth_30d is 'How much people use it, as distributions over today and the 29 days before. Conversations per user: users with at least one conversation begun in them. Messages per conversation: conversations begun in them and at least 24 hours ago, all roles, those without a message included. Grain: one row per measure and bucket.';

comment on column gendash.user_depth_30d.measure is 'conversations (per user) or messages (per conversation)';

comment on column gendash.user_depth_30d.rank is 'order of the buckets';

comment on column gendash.user_depth_30d.bucket is 'bounds, both included';

comment on column gendash.user_depth_30d.n is 'users or conversations in the bucket';

revoke all on gendash.user_depth_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_depth_30d to gendash_admin_reader;

comment on view gendash.user_depth_now is 'The figures of user_depth_30d as single numbers, over today and the 29 days before; NULL where there is nothing to divide. Grain: one row.';

comment on column gendash.user_depth_now.days is 'days of the window, 30';

comment on column gendash.user_depth_now.users is 'users with at least one conversation';

comment on column gendash.user_depth_now.per_user_mean is 'conversations of these users / these users';

comment on column gendash.user_depth_now.per_user_median is 'half of these users have at most so many';

comment on column gendash.user_depth_now.per_user_p90 is '9 of 10 of these users have at most so many';

comment on column gendash.user_depth_now.top_tenth_share is 'share of these conversations that belong to the tenth of these users (at least one) with the most';

comment on column gendash.user_depth_now.conversations is 'conversations that are at least 24 hours old, guests included';

comment on column gendash.user_depth_now.per_conversation_mean is 'messages of these conversations / these conversations';

comment on column gendash.user_depth_now.single_turn_share is 'share of these conversations with exactly one message of a user';

revoke all on gendash.user_depth_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_depth_now to gendash_admin_reader;

comment on materialized view gendash.document_age_now is 'Documents that are done by the time since their last change, as of the last refresh. Ones that a wrong clock dates later are left out. Grain: one row per span of time and file type with such a document.';

comment on column gendash.document_age_now.rank is '1 under 30 days of 24 hours, 2 up to 90, 3 up to 180, 4 up to 365, 5 longer';

comment on column gendash.document_age_now.file_type is 'extension in lower case without its dot; unknown where there is none';

comment on column gendash.document_age_now.documents is 'documents';

revoke all on gendash.document_age_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_age_now to gendash_reader;

comment on materialized view gendash.document_day is 'Documents by the day of their upload and by what became of them. Deleted documents are missing from the past too. Grain: one row per local day, status and file type, from the first upload to today, at most growth.days back; days without one show 0.';

comment on column gendash.document_day.day is 'local day';

comment on column gendash.document_day.at is 'its start';

comment on column gendash.document_day.status is 'done, processing, failed, or other, as it is now';

comment on column gendash.document_day.file_type is 'extension in lower case without its dot; unknown where there is none';

comment on column gendash.document_day.documents is 'documents uploaded on it';

comment on column gendash.document_day.chunks is 'their chunks in the vector store';

revoke all on gendash.document_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_day to gendash_reader;

comment on materialized view gendash.document_owner_day is 'Who uploaded the documents that are there, by day, as the first 8 characters of an id, without other personal data. Grain: one row per local day, owner and file type with an upload, at most growth.days back.';

comment on column gendash.document_owner_day.day is 'local day of the upload';

comment on column gendash.document_owner_day.owner is 'first 8 characters of the owner''s id; unknown where that is not known';

comment on column gendash.document_owner_day.file_type is 'extension in lower case without its dot; unknown where there is none';

comment on column gendash.document_owner_day.documents is 'documents uploaded';

comment on column gendash.document_owner_day.failed is 'those of them that failed';

comment on column gendash.document_owner_day.ended is 'those of them that are done or failed';

comment on column gendash.document_owner_day.bytes is 'bytes of those whose size is known';

comment on column gendash.document_owner_day.chunks is 'their chunks in the vector store';

comment on column gendash.document_owner_day.newest_at is 'upload of the newest';

revoke all on gendash.document_owner_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_owner_day to gendash_reader;

comment on materialized view gendash.document_took_day is 'How long the documents that are done took from their upload to their last change, by the day of their upload, in full seconds, so that percentiles over any days need no row of a document. Without those whose last change is not known. Grain: one row per local day, file type and number of seconds with such a document, at most growth.days back.';

comment on column gendash.document_took_day.day is 'local day of the upload';

comment on column gendash.document_took_day.file_type is 'extension in lower case without its dot; unknown where there is none';

comment on column gendash.document_took_day.took_s is 'seconds from upload to last change, rounded up';

comment on column gendash.document_took_day.documents is 'documents';

revoke all on gendash.document_took_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.document_took_day to gendash_reader;

comment on materialized view gendash.ticket_assignee_now is 'Waiting tickets by assignee, and those resolved today or on the 29 days before. People are shown as the first 8 characters of their id, without other personal data. Grain: one row per assignee with a ticket that waits or was resolved within 30 days, at most 50; one more for nobody.';

comment on column gendash.ticket_assignee_now.rank is 'order by waiting tickets, most first; ties by id';

comment on column gendash.ticket_assignee_now.assignee is 'first 8 characters of the assignee''s id; nobody where there is none';

comment on column gendash.ticket_assignee_now.waiting is 'tickets that wait now';

comment on column gendash.ticket_assignee_now.overdue is 'those of them past their due time';

comment on column gendash.ticket_assignee_now.urgent is 'those of them that are urgent or high';

comment on column gendash.ticket_assignee_now.oldest_s is 'age of the oldest of them, seconds; NULL where none waits';

comment on column gendash.ticket_assignee_now.resolved_30d is 'tickets resolved today or on the 29 days before';

comment on column gendash.ticket_assignee_now.total is 'all such assignees, nobody among them';

revoke all on gendash.ticket_assignee_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_assignee_now to gendash_reader;

comment on materialized view gendash.ticket_creator_day is 'Who opened tickets on which day, as the first 8 characters of an id, without other personal data. Grain: one row per local day, creator, priority and category with a ticket, at most growth.days back.';

comment on column gendash.ticket_creator_day.day is 'local day on which the tickets were created';

comment on column gendash.ticket_creator_day.creator is 'first 8 characters of the creator''s id; unknown where that is not known';

comment on column gendash.ticket_creator_day.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_creator_day.category is 'category; none where it has none';

comment on column gendash.ticket_creator_day.tickets is 'tickets created';

comment on column gendash.ticket_creator_day.waiting is 'those of them that wait now';

comment on column gendash.ticket_creator_day.newest_at is 'creation of the newest';

revoke all on gendash.ticket_creator_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_creator_day to gendash_reader;

comment on materialized view gendash.ticket_day is 'Tickets created, resolved and waiting by day. A ticket is resolved on the day of its last resolution; one that was reopened and waits again is resolved on none. Tickets of an unknown status are created, but never wait. Grain: one row per local day, priority and category, from the first ticket to today, at most growth.days back; days without one show 0.';

comment on column gendash.ticket_day.day is 'local day';

comment on column gendash.ticket_day.at is 'its start';

comment on column gendash.ticket_day.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_day.category is 'category; none where a ticket has none';

comment on column gendash.ticket_day.created is 'tickets created on it';

comment on column gendash.ticket_day.resolved is 'tickets resolved on it';

comment on column gendash.ticket_day.waiting is 'tickets waiting at its end, of today: as of now';

revoke all on gendash.ticket_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_day to gendash_reader;

comment on materialized view gendash.ticket_duration_day is 'How long tickets took from creation to their last resolution, by the day of their creation. Those that are not resolved now count as waiting, however old. Grain: one row per local day, span of time, priority and category with such a ticket, at most growth.days back.';

comment on column gendash.ticket_duration_day.day is 'local day on which the tickets were created';

comment on column gendash.ticket_duration_day.rank is '1 under 1 h, 2 up to 4 h, 3 up to 24 h, 4 up to 3 d, 5 up to 7 d, 6 longer, 7 waiting';

comment on column gendash.ticket_duration_day.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_duration_day.category is 'category; none where it has none';

comment on column gendash.ticket_duration_day.tickets is 'tickets';

revoke all on gendash.ticket_duration_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_duration_day to gendash_reader;

comment on materialized view gendash.ticket_hour is 'Tickets created by hour, within today and the 41 days before; those that a wrong clock dates later are left out. Grain: one row per local hour, priority and category in which a ticket was created.';

comment on column gendash.ticket_hour.hour is 'start of the local hour';

comment on column gendash.ticket_hour.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_hour.category is 'category; none where a ticket has none';

comment on column gendash.ticket_hour.created is 'tickets created in it';

revoke all on gendash.ticket_hour from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_hour to gendash_reader;

comment on materialized view gendash.ticket_median_day is 'Median time to resolution by day, by Kaplan-Meier over the tickets created on the day or the 29 days before it, as it stood at the end of the day (of today, as it stands now). Resolutions that were undone since are not known. Grain: one row per local day and priority, and one per day over all; today and the 30 days before.';

comment on column gendash.ticket_median_day.day is 'local day';

comment on column gendash.ticket_median_day.at is 'its start';

comment on column gendash.ticket_median_day.priority is 'urgent, high, medium, low, or other; all for all of them';

comment on column gendash.ticket_median_day.tickets is 'tickets created in the window';

comment on column gendash.ticket_median_day.resolved is 'those of them resolved by the end of the day';

comment on column gendash.ticket_median_day.mean_s is 'plain mean of the seconds of the resolved ones: too small, since slow ones are missing; NULL where none is resolved';

comment on column gendash.ticket_median_day.median_s is 'seconds after which half of them were resolved; NULL where fewer than half were';

revoke all on gendash.ticket_median_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_median_day to gendash_reader;

comment on materialized view gendash.ticket_reopen_day is 'Resolutions and reopenings by day, from the history of statuses. A ticket that is resolved twice counts twice. Grain: one row per local day, priority and category with one of them.';

comment on column gendash.ticket_reopen_day.day is 'local day';

comment on column gendash.ticket_reopen_day.priority is 'urgent, high, medium, low, or other, as it is now';

comment on column gendash.ticket_reopen_day.category is 'category as it is now; none where a ticket has none';

comment on column gendash.ticket_reopen_day.resolutions is 'changes from open or in progress to resolved or closed';

comment on column gendash.ticket_reopen_day.reopenings is 'changes from resolved or closed to open or in progress';

revoke all on gendash.ticket_reopen_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_reopen_day to gendash_reader;

comment on materialized view gendash.ticket_sla_day is 'How many tickets kept their due time, by the day of their creation. A ticket is decided once it has ended or its due time has passed; tickets without a due time are left out. Grain: one row per local day, priority and category with such a ticket, at most growth.days back.';

comment on column gendash.ticket_sla_day.day is 'local day on which the tickets were created';

comment on column gendash.ticket_sla_day.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_sla_day.priority_rank is 'order of the priorities, urgent first';

comment on column gendash.ticket_sla_day.category is 'category; none where a ticket has none';

comment on column gendash.ticket_sla_day.decided is 'tickets that have ended or whose due time has passed';

comment on column gendash.ticket_sla_day.met is 'those of them that ended by their due time';

revoke all on gendash.ticket_sla_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_sla_day to gendash_reader;

comment on materialized view gendash.ticket_status_now is 'Tickets by status as they are now, whenever they were created. Grain: one row per status, priority and category with a ticket.';

comment on column gendash.ticket_status_now.status is 'open, in_progress, resolved, closed, or other';

comment on column gendash.ticket_status_now.priority is 'urgent, high, medium, low, or other';

comment on column gendash.ticket_status_now.category is 'category; none where a ticket has none';

comment on column gendash.ticket_status_now.waits is 'whether they wait: open or in progress';

comment on column gendash.ticket_status_now.tickets is 'tickets of them';

comment on column gendash.ticket_status_now.unowned is 'those that nobody is assigned to';

comment on column gendash.ticket_status_now.overdue is 'those that are past their due time and neither resolved nor closed';

revoke all on gendash.ticket_status_now from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_status_now to gendash_reader;

comment on materialized view gendash.ticket_survival_90d is 'How long things take with tickets created today or on the 89 days before, by Kaplan-Meier, so that unfinished ones count as censored. Figures of finished ones alone are too low, since slow ones are missing. Grain: one row per measure and priority, and one per measure over all priorities.';

comment on column gendash.ticket_survival_90d.measure is 'resolution (creation to resolution), first_response (creation to first response), or the stay in a status: in_open, in_progress, in_resolved';

comment on column gendash.ticket_survival_90d.priority is 'urgent, high, medium, low, or other; all for all of them';

comment on column gendash.ticket_survival_90d.priority_rank is 'order of the priorities, urgent first, all last';

comment on column gendash.ticket_survival_90d.spans is 'how many were begun: tickets, or stays in a status';

comment on column gendash.ticket_survival_90d.finished is 'those of them that have finished';

comment on column gendash.ticket_survival_90d.median_s is 'seconds after which half of them have finished; NULL where fewer than half have so far';

comment on column gendash.ticket_survival_90d.p90_s is 'seconds after which 9 of 10 have finished; NULL where fewer have so far';

comment on column gendash.ticket_survival_90d.finished_median_s is 'median of the finished ones alone, seconds: for comparison, too small';

comment on column gendash.ticket_survival_90d.finished_mean_s is 'mean of the finished ones alone, seconds: for comparison, too small';

comment on column gendash.ticket_survival_90d.longest_s is 'seconds of the longest, finished or not';

revoke all on gendash.ticket_survival_90d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.ticket_survival_90d to gendash_reader;

comment on materialized view gendash.user_desk_90d is 'Who opened tickets and uploaded documents, by name, of those of today and the 89 days before. Grain: one row per user, at most 100; one more for rows whose user is not known.';

comment on column gendash.user_desk_90d.rank is 'order by tickets and documents together, most first; ties by id';

comment on column gendash.user_desk_90d.user_id is 'id of the account; NULL where it is not known or the account was deleted';

comment on column gendash.user_desk_90d.name is 'name of the account; the first 8 characters of its id where it has none, unknown without an id';

comment on column gendash.user_desk_90d.tickets is 'tickets opened';

comment on column gendash.user_desk_90d.waiting is 'those of them that wait now';

comment on column gendash.user_desk_90d.urgent is 'those of them that are urgent or high';

comment on column gendash.user_desk_90d.documents is 'documents uploaded and still there';

comment on column gendash.user_desk_90d.failed is 'those of them that failed';

comment on column gendash.user_desk_90d.ended is 'those of them that are done or failed';

comment on column gendash.user_desk_90d.bytes is 'size of them, where it is known';

comment on column gendash.user_desk_90d.newest_at is 'the last ticket or upload';

comment on column gendash.user_desk_90d.total is 'all such users, the unknown as one';

revoke all on gendash.user_desk_90d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_desk_90d to gendash_admin_reader;

comment on materialized view gendash.llm_user_30d is 'LLM usage of today and the 29 days before by user and environment, with one row for turns whose trace names no user and one for users that the platform does not know (any more). Grain: one row per environment and user, and the two rest rows of each environment.';

comment on column gendash.llm_user_30d.environment is 'Langfuse environment';

comment on column gendash.llm_user_30d.name is 'name of the account, or the first 8 characters of its id; (untagged) and (no account) in the rest rows';

comment on column gendash.llm_user_30d.user_id is 'id of the account on the platform; empty in the rest rows';

comment on column gendash.llm_user_30d.turns is 'traces with an LLM call';

comment on column gendash.llm_user_30d.cost_usd is 'cost in USD; calls without a price count as 0';

comment on column gendash.llm_user_30d.last_at is 'start of the last of them';

revoke all on gendash.llm_user_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.llm_user_30d to gendash_admin_reader;

comment on materialized view gendash.user_llm_30d is 'LLM usage of today and the 29 days before by user, the most expensive first; one row for turns whose trace names no user and one for users that the platform does not know (any more). Grain: one row per user, at most 100, and the two rest rows.';

comment on column gendash.user_llm_30d.rank is 'order by cost, then turns, most first';

comment on column gendash.user_llm_30d.user_id is 'id of the account on the platform; empty in the rest rows';

comment on column gendash.user_llm_30d.name is 'name of the account, or the first 8 characters of its id; (untagged) and (unknown) in the rest rows';

comment on column gendash.user_llm_30d.turns is 'traces with an LLM call';

comment on column gendash.user_llm_30d.calls is 'LLM calls';

comment on column gendash.user_llm_30d.tokens is 'input and output tokens';

comment on column gendash.user_llm_30d.cost_usd is 'cost in USD; calls without a price count as 0';

comment on column gendash.user_llm_30d.turn_share is 'share of all turns';

comment on column gendash.user_llm_30d.total is 'all of these users, the rest rows among them';

revoke all on gendash.user_llm_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_llm_30d to gendash_admin_reader;

comment on materialized view gendash.user_top_30d is 'The users who wrote the most messages today and on the 29 days before, and what else they did in these days. Grain: one row per user, at most 100.';

comment on column gendash.user_top_30d.rank is 'order by messages, most first; ties by id';

comment on column gendash.user_top_30d.user_id is 'id of the account on the platform';

comment on column gendash.user_top_30d.name is 'name of the account; the first 8 characters of its id where it has none';

comment on column gendash.user_top_30d.role is 'user, admin, super_admin, or other; unknown where the list of users does not have them';

comment on column gendash.user_top_30d.messages is 'messages that the user wrote';

comment on column gendash.user_top_30d.active_days is 'local days on which the user wrote';

comment on column gendash.user_top_30d.conversations is 'conversations that the user began';

comment on column gendash.user_top_30d.ratings is 'ratings that the user gave';

comment on column gendash.user_top_30d.satisfied is 'those of them of 4 or 5';

comment on column gendash.user_top_30d.turns is 'agent turns that Langfuse traced for the user';

comment on column gendash.user_top_30d.tokens is 'their tokens';

comment on column gendash.user_top_30d.cost_usd is 'their cost in USD; calls without a price count as 0';

comment on column gendash.user_top_30d.last_at is 'the user''s last message';

comment on column gendash.user_top_30d.total is 'all users who wrote';

revoke all on gendash.user_top_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.user_top_30d to gendash_admin_reader;

comment on materialized view gendash.rating_conversation_30d is 'Conversations with a rating given today or on the 29 days before, the lowest mean first. Grain: one row per rated conversation.';

comment on column gendash.rating_conversation_30d.rank is 'order by mean, then most ratings';

comment on column gendash.rating_conversation_30d.total is 'all rated conversations';

comment on column gendash.rating_conversation_30d.conversation_id is 'id of the conversation on the platform';

comment on column gendash.rating_conversation_30d.mean is 'mean of its ratings';

comment on column gendash.rating_conversation_30d.ratings is 'their number';

comment on column gendash.rating_conversation_30d.last_at is 'the last of them';

comment on column gendash.rating_conversation_30d.comment is 'the last comment; NULL where none was written';

revoke all on gendash.rating_conversation_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_conversation_30d to gendash_admin_reader;

comment on materialized view gendash.rating_group_day is 'Ratings given today or on the 29 days before by the groups of the rated turn, in the dimensions of llm_group_hour: model, version and release are those of its last LLM call. The growth.groups groups with most ratings have rows, the rest is other; groups of a dimension add up to all ratings, but for tag. Grain: one row per dimension, local day and group with a rating.';

comment on column gendash.rating_group_day.dimension is 'as in llm_group_hour';

comment on column gendash.rating_group_day.day is 'local day on which the ratings were given';

comment on column gendash.rating_group_day.value is 'the group; (not traced) where the turn is unknown, (none) where it has none';

comment on column gendash.rating_group_day.ratings is 'ratings';

comment on column gendash.rating_group_day.satisfied is 'ratings of 4 or 5';

comment on column gendash.rating_group_day.negative is 'ratings of 1 or 2';

revoke all on gendash.rating_group_day from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_group_day to gendash_admin_reader;

comment on materialized view gendash.rating_label_30d is 'Labels that evaluations in Langfuse gave today and on the 29 days before, such as tone or sentiment, and the satisfaction of people with the same traces. Grain: one row per name and label of a score with labels.';

comment on column gendash.rating_label_30d.name is 'what is scored';

comment on column gendash.rating_label_30d.label is 'label that it got';

comment on column gendash.rating_label_30d.scores is 'scores with this label';

comment on column gendash.rating_label_30d.share is 'their share of all scores of this name';

comment on column gendash.rating_label_30d.rated is 'scores whose trace a person rated within the same days';

comment on column gendash.rating_label_30d.satisfied is 'those of them rated 4 or 5';

revoke all on gendash.rating_label_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_label_30d to gendash_admin_reader;

comment on materialized view gendash.rating_model_30d is 'Ratings given today or on the 29 days before by the model and the managed prompt of the turn''s last LLM call. Grain: one row per model and prompt with a rating, and one for the ratings whose trace is not known.';

comment on column gendash.rating_model_30d.traced is 'whether the trace of the rated answer was synced and has an LLM call';

comment on column gendash.rating_model_30d.model is 'model of that call; empty where it is not traced';

comment on column gendash.rating_model_30d.prompt is 'managed prompt of that call and its version; none where it used none';

comment on column gendash.rating_model_30d.ratings is 'ratings';

comment on column gendash.rating_model_30d.negative is 'those of them that are 1 or 2';

comment on column gendash.rating_model_30d.satisfied is 'those of them that are 4 or 5';

revoke all on gendash.rating_model_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_model_30d to gendash_admin_reader;

comment on materialized view gendash.rating_prompt_30d is 'Traced ratings given today or on the 29 days before by version of the managed prompt of the turn''s last LLM call, beside the version before it. Grain: one row per prompt and version with a rating.';

comment on column gendash.rating_prompt_30d.prompt is 'name of the prompt';

comment on column gendash.rating_prompt_30d.version is 'its version';

comment on column gendash.rating_prompt_30d.first_at is 'its first rating in the window';

comment on column gendash.rating_prompt_30d.ratings is 'ratings';

comment on column gendash.rating_prompt_30d.satisfied is 'those of them that are 4 or 5';

comment on column gendash.rating_prompt_30d.low is 'lower end of the 95 % interval (Wilson) of satisfied / ratings';

comment on column gendash.rating_prompt_30d.high is 'its upper end';

comment on column gendash.rating_prompt_30d.prior_version is 'the next lower version with a rating; NULL for the first';

comment on column gendash.rating_prompt_30d.prior_csat is 'its satisfied / ratings';

revoke all on gendash.rating_prompt_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_prompt_30d to gendash_admin_reader;

comment on materialized view gendash.rating_quintile_30d is 'Satisfaction by duration, cost and size of the rated turns, for ratings given today or on the 29 days before whose trace is known, in five groups of equal size by each measure. Grain: one row per measure and group with a rating.';

comment on column gendash.rating_quintile_30d.measure is 'duration_s (seconds), cost_usd, or tokens';

comment on column gendash.rating_quintile_30d.quintile is '1 (least) to 5 (most); ties by the id of the rating';

comment on column gendash.rating_quintile_30d.least is 'smallest value of the group';

comment on column gendash.rating_quintile_30d.most is 'largest value of the group';

comment on column gendash.rating_quintile_30d.ratings is 'ratings in it';

comment on column gendash.rating_quintile_30d.satisfied is 'those of them that are 4 or 5';

revoke all on gendash.rating_quintile_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_quintile_30d to gendash_admin_reader;

comment on materialized view gendash.rating_score_30d is 'Evaluations from Langfuse (sources EVAL and ANNOTATION) of today and the 29 days before, and how they agree with the ratings that people gave to the same traces. Grain: one row per name of a numeric or yes-or-no score.';

comment on column gendash.rating_score_30d.name is 'what is scored';

comment on column gendash.rating_score_30d.data_type is 'NUMERIC or BOOLEAN';

comment on column gendash.rating_score_30d.scores is 'scores';

comment on column gendash.rating_score_30d.mean is 'mean of their values; of a BOOLEAN one the share of yes';

comment on column gendash.rating_score_30d.rated is 'scores whose trace a person rated within the same days';

comment on column gendash.rating_score_30d.mean_satisfied is 'mean of those whose rating is 4 or 5';

comment on column gendash.rating_score_30d.mean_unsatisfied is 'mean of those whose rating is 1 to 3';

revoke all on gendash.rating_score_30d from public, gendash_reader, gendash_admin_reader;

grant select on gendash.rating_score_30d to gendash_admin_reader;

comment on function gendash.clock() is 'The time of all relations: now(), or the session setting gendash.now of who may set it.';

comment on function gendash.set_clock() is 'The session setting gendash.now of the owner, or with the owner''s pass for it; else now().';

comment on function gendash.clock_pass(text) is 'What follows a time and # in gendash.now in a session of another role. For the owner only.';

comment on function gendash.user_hash(text) is 'HMAC-SHA-256 of a user id, as hexadecimal digits. For the owner only.';

revoke all on function gendash.clock() from public;

revoke all on function gendash.set_clock() from public;

revoke all on function gendash.clock_pass(text) from public;

revoke all on function gendash.user_hash(text) from public;

revoke all on function gendash.note_days() from public;

grant usage on schema gendash to gendash_reader, gendash_admin_reader;

grant execute on function gendash.clock() to gendash_reader, gendash_admin_reader;

grant execute on function gendash.set_clock() to gendash_reader, gendash_admin_reader;

reset role;
