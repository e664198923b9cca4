/*
doc: Share of tickets with a status or priority that platform.vocabularies does not have. They are in no queue.
place: store
feature: tickets
severity: warning
cadence: 1d
limit: 0.01
*/
select count(*) filter (where status = 'other' or priority = 'other') as found, count(*) as total from {{ view('ticket_entity') }}
