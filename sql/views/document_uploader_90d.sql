/*
doc: Who uploaded the most documents, of those uploaded today or on the 89 days before. People are shown as the first 8
  characters of their id, without anything else about them.
grain: one row per person, at most 50
feature: documents
audience: everyone
cadence: 15m
materialized: true
key: [rank]
columns:
  rank: {type: bigint, doc: "order by documents, most first; ties by id"}
  owner: {type: text, doc: "first 8 characters of the id; unknown where there is none"}
  documents: {type: bigint, doc: documents uploaded}
  failed: {type: bigint, doc: those of them that failed}
  ended: {type: bigint, doc: those of them that are done or failed}
  bytes: {type: bigint, doc: "size of them, where it is known"}
  chunks: {type: bigint, doc: their chunks}
  newest_at: {type: timestamptz, doc: last upload}
*/
with counted as (
  select e.user_id, count(*) as documents, count(*) filter (where n.status = 'failed') as failed,
    count(*) filter (where n.status in ('done', 'failed')) as ended, coalesce(sum(n.file_size), 0)::bigint as bytes,
    sum(n.chunks)::bigint as chunks, max(n.created_at) as newest_at
  from {{ view('document_entity') }} e join {{ view('document_now') }} n using (document_id)
  where n.day > {{ today() }} - 90
  group by 1
),
ranked as (select *, row_number() over (order by documents desc, user_id) as rank from counted)
select rank, coalesce(left(user_id, 8), 'unknown') as owner, documents, failed, ended, bytes, chunks, newest_at
from ranked where rank <= 50
