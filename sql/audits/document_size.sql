/*
doc: Documents with a negative size or number of chunks. Sums of the knowledge base are too small by them.
place: store
feature: documents
severity: warning
cadence: 1d
key: [document_id]
*/
select document_id from {{ view('document_entity') }} where least(file_size, chunks) < 0
