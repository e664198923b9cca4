/*
doc: Documents of the knowledge base as they are now, without their owners' names, titles and file names.
grain: one row per document
feature: documents
audience: everyone
key: [document_id]
columns:
  document_id: {type: text, doc: id of the document on the platform}
  status: {type: text, doc: "done, processing, failed, or other"}
  file_type: {type: text, doc: "extension in lower case without its dot, of the growth.groups with most documents, else other; unknown where there is none"}
  file_size: {type: bigint, null: true, doc: bytes}
  chunks: {type: bigint, doc: chunks in the vector store}
  day: {type: date, doc: local day of the upload}
  created_at: {type: timestamptz, doc: upload}
  changed_at: {type: timestamptz, doc: last change of its row; its upload where the platform keeps none}
  took_s: {type: float8, null: true, doc: "seconds from upload to last change, rounded up; NULL where the platform keeps none"}
  stuck: {type: boolean, doc: whether it has been processing for more than 15 minutes without a change}
  owner: {type: text, null: true, doc: first 8 characters of the id of who uploaded it}
*/
select
  document_id,
  status,
  case
    when file_type in (select word from {{ view('group_word') }} where subject = 'documents') then file_type else 'other'
  end as file_type,
  file_size,
  chunks,
  (created_at at time zone {{ zone() }})::date as day,
  created_at,
  coalesce(updated_at, created_at) as changed_at,
  ceil(extract(epoch from updated_at - created_at))::float8 as took_s,
  status = 'processing' and coalesce(updated_at, created_at) < (select {{ now() }}) - interval '15 minutes' as stuck,
  left(user_id, 8) as owner
from {{ view('document_entity') }}
