/*
doc: Tickets of, or assigned to, an account that does not exist. They are in no table of people.
place: source
feature: tickets users
severity: warning
cadence: 1d
days: 7
key: [ticket_id]
*/
select ticket_id from {{ stage('stray_tickets') }} s
