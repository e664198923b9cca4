/*
doc: Tickets answered, resolved or closed before they were opened. Their times are left out or negative.
place: store
feature: tickets
severity: warning
cadence: 1d
key: [ticket_id]
*/
select ticket_id from {{ view('ticket_entity') }}
where least(first_response_at, resolved_at, closed_at) < created_at
