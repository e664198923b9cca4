/*
doc: >-
  Categories of tickets and types of documents of which there are more than ten times growth.groups, with the share of
  rows that count as other. Users write what should be chosen from a list, or an id is stored in the column.
place: store
severity: warning
cadence: 1d
key: [subject]
*/
with words (subject, word, rows) as (
  select 'tickets', category, count(*) from {{ view('ticket_entity') }} group by 2
  union all
  select 'documents', file_type, count(*) from {{ view('document_entity') }} group by 2
)
select
  words.subject, count(*) as words,
  round(100.0 * coalesce(sum(words.rows) filter (where shown.word is null), 0) / sum(words.rows)) || ' %' as other
from words left join {{ view('group_word') }} shown on shown.subject = words.subject and shown.word = words.word
group by 1
having count(*) > 10 * {{ setting('growth.groups') }}
