/*
doc: Who opened tickets, those with most first, as the first 8 characters of an id, without other personal data.
grain: one row per creator, at most growth.options; unknown is one of them
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [creator]
columns:
  creator: {type: text, doc: "first 8 characters of the creator's id; unknown where that is not known"}
  tickets: {type: bigint, doc: tickets opened}
*/
select coalesce(left(created_by, 8), 'unknown') as creator, count(*) as tickets
from {{ view('ticket_entity') }}
group by 1
order by 2 desc, 1
limit {{ setting('growth.options') }}
