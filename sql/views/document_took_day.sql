/*
doc: >-
  How long the documents that are done took from their upload to their last change, by the day of their upload, in full
  seconds, so that percentiles over any days need no row of a document. Without those whose last change is not known.
grain: one row per local day, file type and number of seconds with such a document, at most growth.days back
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [day, file_type, took_s]
columns:
  day: {type: date, doc: local day of the upload}
  file_type: {type: text, doc: "extension in lower case without its dot; unknown where there is none"}
  took_s: {type: float8, doc: "seconds from upload to last change, rounded up"}
  documents: {type: bigint, doc: documents}
*/
select
  day,
  file_type,
  took_s,
  count(*) as documents
from {{ view('document_now') }}
where status = 'done' and took_s is not null
  and (created_at at time zone {{ zone() }})::date > {{ today() }} - {{ setting('growth.days') }} and created_at <= {{ now() }}
group by 1, 2, 3
