/*
doc: Documents of the knowledge base, without titles and file names.
grain: one row per document
feature: documents
audience: admin
cadence: 5m
key: [document_id]
indexes: [[created_at], [status]]
time: created_at
own_rows: user_id
columns:
  document_id: {type: text, doc: id of the document on the platform}
  user_id: {type: text, null: true, of_user: true, doc: who uploaded it}
  status: {type: text, doc: "done, processing, failed, or other"}
  file_type: {type: text, doc: "extension in lower case without its dot; unknown where there is none"}
  file_size: {type: bigint, null: true, doc: bytes}
  chunks: {type: bigint, doc: chunks in the vector store}
  failure_reason: {type: text, null: true, doc: "why it failed, as the platform says it; NULL where it did not fail or nothing is said"}
  created_at: {type: timestamptz, doc: upload}
  updated_at: {type: timestamptz, null: true, doc: last change of its row}
*/
select
  document_id, user_id, status, file_type, file_size, chunk_count as chunks, failure_reason, created_at, updated_at
from {{ stage('documents') }} s
