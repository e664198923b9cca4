/*
doc: Who uploaded the documents that are there, those with most first, as the first 8 characters of an id, without other personal data.
grain: one row per owner, at most growth.options; unknown is one of them
feature: documents
audience: everyone
cadence: 5m
materialized: true
key: [owner]
columns:
  owner: {type: text, doc: "first 8 characters of the owner's id; unknown where that is not known"}
  documents: {type: bigint, doc: documents uploaded}
*/
select coalesce(left(user_id, 8), 'unknown') as owner, count(*) as documents
from {{ view('document_entity') }}
group by 1
order by 2 desc, 1
limit {{ setting('growth.options') }}
