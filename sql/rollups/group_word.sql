/*
doc: >-
  The words by which figures are grouped: of categories and file types, which users of the platform choose, those with
  most rows. Rows with another word count as other, so that figures add up and no relation grows with the words.
grain: one row per subject and word, at most growth.groups of each subject
audience: none
cadence: 1m
key: [subject, word]
subjects: {tickets: ticket_entity, documents: document_entity}
columns:
  subject: {type: text, doc: tickets or documents}
  word: {type: text, doc: category or file type}
  rows: {type: bigint, doc: tickets or documents with it}
*/
with counted as (
  select 'tickets' as subject, category as word, count(*) as rows from {{ view('ticket_entity') }} group by 2
  union all
  select 'documents', file_type, count(*) from {{ view('document_entity') }} group by 2
),
ranked as (
  select *, row_number() over (partition by subject order by rows desc, word) as rank from counted
)
select subject, word, rows from ranked where rank <= {{ setting('growth.groups') }}
