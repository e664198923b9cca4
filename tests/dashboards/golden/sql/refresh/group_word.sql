-- group_word: The words by which figures are grouped: of categories and file types, which users of the platform choose, those with most rows. Rows with another word count as other, so that figures add up and no relation grows with the words.

with counted as (
  select 'tickets' as subject, category as word, count(*) as rows from gendash.ticket_entity group by 2
  union all
  select 'documents', file_type, count(*) from gendash.document_entity group by 2
),
ranked as (
  select *, row_number() over (partition by subject order by rows desc, word) as rank from counted
)
select subject, word, rows from ranked where rank <= 50;
