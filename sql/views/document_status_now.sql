/*
doc: Documents of the knowledge base by status as they are now.
grain: one row per status; each status has its row, other only where a document has an unknown one
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [status]
columns:
  status: {type: text, doc: "done, processing, failed, or other"}
  rank: {type: int, doc: order of the statuses}
  documents: {type: bigint, doc: documents with it}
  stuck: {type: bigint, doc: those of them that have been processing for more than 15 minutes without a change}
  chunks: {type: bigint, doc: their chunks in the vector store}
*/
with statuses (status, rank) as (values ('done', 1), ('processing', 2), ('failed', 3), ('other', 4))
select
  status,
  rank,
  count(document_id) as documents,
  count(document_id) filter (
    where status = 'processing' and coalesce(updated_at, created_at) < {{ now() }} - interval '15 minutes'
  ) as stuck,
  coalesce(sum(chunks), 0)::bigint as chunks
from statuses left join {{ view('document_entity') }} using (status)
group by status, rank
having status <> 'other' or count(document_id) > 0
