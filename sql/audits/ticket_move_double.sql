/*
doc: Changes of a ticket's status that are stored twice. A reopened ticket would count twice.
place: store
feature: ticket_history
severity: warning
cadence: 1d
key: [ticket_id, to_status]
*/
select ticket_id, to_status from {{ view('ticket_move') }}
group by ticket_id, to_status, changed_at having count(*) > 1
