/*
doc: Documents of the knowledge base.
feature: documents
tables: {documents: documents}
time: documents.created_at
required: [document_id, status, created_at]
reads:
  documents:
    document_id: id
    user_id: user_id
    status: status
    file_type: file_type
    file_size: file_size
    chunk_count: chunk_count
    failure_reason: failure_reason
    created_at: created_at
    updated_at: updated_at
words:
  document_status: {done: [done], processing: [processing], failed: [failed]}
columns:
  document_id: {type: text, doc: id of the document}
  user_id: {type: text, null: true, doc: who uploaded it}
  status: {type: text, doc: "done, processing, failed, or other"}
  file_type: {type: text, doc: "extension in lower case without its dot, markdown as md; unknown where there is none"}
  file_size: {type: bigint, null: true, doc: bytes}
  chunk_count: {type: bigint, doc: chunks in the vector store}
  failure_reason: {type: text, null: true, doc: "why it failed, as the platform says it, up to 300 characters; NULL where it did not fail or nothing is said"}
  created_at: {type: timestamptz, doc: upload}
  updated_at: {type: timestamptz, null: true, doc: "last change of its row; NULL where the platform keeps none"}
*/
select
  {{ column('documents.document_id', 'd') }}::text as document_id,
  {{ column('documents.user_id', 'd') }}::text as user_id,
  {{ word('documents.status', 'document_status', 'd') }} as status,
  regexp_replace(
    coalesce(nullif(ltrim(lower({{ column('documents.file_type', 'd') }}::text), '.'), ''), 'unknown'),
    '^markdown$', 'md'
  ) as file_type,
  -- what cannot be a size is NULL: sums of 15 digits stay within a bigint
  {{ number('documents.file_size', 'd', into='bigint') }} as file_size,
  coalesce({{ number('documents.chunk_count', 'd', into='bigint') }}, 0)::bigint as chunk_count,
  case
    when {{ setting('privacy.reasons') }} and {{ word('documents.status', 'document_status', 'd') }} = 'failed' then
      left(nullif(btrim(regexp_replace(
        left({{ column('documents.failure_reason', 'd', optional='text') }}::text, 2000), '[[:space:]]+', ' ', 'g'
      )), ''), 300)
  end as failure_reason,
  {{ time('documents.created_at', 'd') }} as created_at,
  {{ time('documents.updated_at', 'd', optional='timestamptz') }} as updated_at
from {{ table('documents') }} d
