/*
doc: Who uploaded the documents that are there, by day, as the first 8 characters of an id, without other personal data.
grain: one row per local day, owner and file type with an upload, at most growth.days back
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [day, owner, file_type]
indexes: [[owner]]
columns:
  day: {type: date, doc: local day of the upload}
  owner: {type: text, doc: "first 8 characters of the owner's id; unknown where that is not known"}
  file_type: {type: text, doc: "extension in lower case without its dot; unknown where there is none"}
  documents: {type: bigint, doc: documents uploaded}
  failed: {type: bigint, doc: those of them that failed}
  ended: {type: bigint, doc: those of them that are done or failed}
  bytes: {type: bigint, doc: bytes of those whose size is known}
  chunks: {type: bigint, doc: their chunks in the vector store}
  newest_at: {type: timestamptz, doc: upload of the newest}
*/
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
from {{ view('document_now') }}
where (created_at at time zone {{ zone() }})::date > {{ today() }} - {{ setting('growth.days') }}
  and created_at <= {{ now() }}
group by 1, 2, 3
