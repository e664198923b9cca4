/*
doc: Documents by the day of their upload and by what became of them. Deleted documents are missing from the past too.
grain: one row per local day, status and file type, from the first upload to today, at most growth.days back; days without one show 0
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [day, status, file_type]
columns:
  day: {type: date, doc: local day}
  at: {type: timestamptz, doc: its start}
  status: {type: text, doc: "done, processing, failed, or other, as it is now"}
  file_type: {type: text, doc: "extension in lower case without its dot; unknown where there is none"}
  documents: {type: bigint, doc: documents uploaded on it}
  chunks: {type: bigint, doc: their chunks in the vector store}
*/
with uploaded as (
  select day, status, file_type, count(*) as documents, sum(chunks) as chunks
  from {{ view('document_now') }} group by 1, 2, 3
),
groups as (select distinct status, file_type from uploaded),
days as (
  select {{ calendar('min(day)', 'max(day)') }}::date as day
  from uploaded
)
select
  day,
  day::timestamp at time zone {{ zone() }} as at,
  status,
  file_type,
  coalesce(documents, 0)::bigint as documents,
  coalesce(chunks, 0)::bigint as chunks
from days cross join groups left join uploaded using (day, status, file_type)
