/*
doc: State of every relation that is filled by a refresh or by the Langfuse sync; `verify` judges by it.
grain: one row per relation
audience: everyone
purpose: freshness
key: [relation]
columns:
  relation: {type: text, doc: "name of the relation"}
  finished_at: {type: timestamptz, null: true, doc: "end of the last successful refresh or sync; of several projects the oldest; NULL if there was none yet"}
  age_s: {type: float8, null: true, doc: "seconds since then"}
  cadence_s: {type: float8, null: true, doc: "how often it is expected to be filled, seconds"}
  error: {type: text, null: true, doc: "why the last attempt failed, in one line; NULL if it succeeded"}
  error_at: {type: timestamptz, null: true, doc: when it failed}
*/
with fills as (
  select relation, finished_at, cadence_s, error, error_at from {{ view('_refresh') }}
  union all
  select
    case stream when 'observations' then 'lf_observation' when 'scores' then 'lf_score' else 'lf_model' end,
    case when count(finished_at) = count(*) then min(finished_at) end,
    -- the price list is read once an hour
    greatest({{ duration_s('langfuse.cadence') }}, max(3600) filter (where stream = 'models'))::float8,
    max(error),
    max(error_at)
  from {{ view('_sync') }}
  group by 1
)
select
  relation,
  finished_at,
  case when finished_at is not null then greatest(extract(epoch from {{ now() }} - finished_at), 0)::float8 end as age_s,
  cadence_s,
  error,
  error_at
from fills
