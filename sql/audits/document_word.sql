/*
doc: Share of documents with a status that platform.vocabularies.document_status does not have. They are neither done nor failed.
place: store
feature: documents
severity: warning
cadence: 1d
limit: 0.01
*/
select count(*) filter (where status = 'other') as found, count(*) as total from {{ view('document_entity') }}
