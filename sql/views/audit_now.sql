/*
doc: The last result of each audit.
grain: one row per audit
audience: admin
purpose: audits
key: [name]
columns:
  name: {type: text, doc: name of the audit}
  state: {type: text, doc: "passed, found (rows that should not be there), failed (with an error) or late (did not run when it should)"}
  severity: {type: text, doc: critical or warning}
  doc: {type: text, doc: what a find means}
  found: {type: bigint, null: true, doc: "rows that should not be there, or keys by which two sources differ; NULL if the audit failed"}
  sample: {type: text, null: true, doc: "keys of the first of them, the share, or why it failed"}
  since: {type: timestamptz, null: true, doc: "first of the runs in a row that did not pass; NULL where it passed"}
  at: {type: timestamptz, doc: when it ran}
  age_s: {type: float8, doc: "seconds since then"}
*/
with last as (
  select distinct on (name) *, greatest(extract(epoch from {{ now() }} - at), 0)::float8 as age_s
  from {{ view('_audit') }}
  where at <= {{ now() }}
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
    select min(run.at) from {{ view('_audit') }} as run
    where run.name = last.name and run.at > coalesce(
      (
        select max(passed.at) from {{ view('_audit') }} as passed
        where passed.name = last.name and passed.found = 0
      ),
      '-infinity'
    )
  ) end as since,
  at,
  age_s
from last
