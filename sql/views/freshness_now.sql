/*
doc: How old the data is that the dashboards show.
grain: one row per source
audience: everyone
key: [source]
columns:
  source: {type: text, doc: "platform (newest row of the platform's database), rollups (gendash's own relations), langfuse (sync of LLM data)"}
  age_s: {type: float8, null: true, doc: "age in seconds; for rollups, of the one furthest behind its cadence; NULL if nothing was read yet"}
  expected_s: {type: float8, null: true, doc: "age up to which data counts as fresh, seconds; NULL for the platform, where a night without traffic is not a fault"}
  note: {type: text, doc: "what the age refers to, and the last error if there is one"}
*/
with relations as (
  select relation, finished_at, cadence_s, newest, error,
    case when finished_at is not null then greatest(extract(epoch from {{ now() }} - finished_at), 0)::float8 end as age_s
  from {{ view('_refresh') }}
),
behind as (
  select relation, age_s, cadence_s, error from relations
  where cadence_s > 0
  order by age_s / cadence_s desc nulls first, relation
  limit 1
),
syncs as (
  select stream, case when finished_at is not null then greatest(extract(epoch from {{ now() }} - finished_at), 0)::float8 end as age_s, error
  from {{ view('_sync') }}
  where stream <> 'models'
  order by finished_at nulls first, project, stream
  limit 1
)
select
  'platform' as source,
  case when max(newest) is not null then greatest(extract(epoch from {{ now() }} - max(newest)), 0)::float8 end as age_s,
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
  {{ duration_s('langfuse.cadence') }}::float8,
  coalesce('last sync of ' || max(stream) || coalesce(': ' || max(error), ''), 'never synced')
from syncs
