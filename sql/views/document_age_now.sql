/*
doc: Documents that are done by the time since their last change, as of the last refresh. Ones that a wrong clock dates later are left out.
grain: one row per span of time and file type with such a document
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [rank, file_type]
columns:
  rank: {type: int, doc: "1 under 30 days of 24 hours, 2 up to 90, 3 up to 180, 4 up to 365, 5 longer"}
  file_type: {type: text, doc: "extension in lower case without its dot; unknown where there is none"}
  documents: {type: bigint, doc: documents}
*/
select
  1 + width_bucket(
    extract(epoch from {{ now() }} - changed_at)::float8, array[2592000, 7776000, 15552000, 31536000]::float8[]
  ) as rank,
  file_type,
  count(*) as documents
from {{ view('document_now') }}
where status = 'done' and changed_at <= {{ now() }}
group by 1, 2
