/*
doc: Tickets that name an account which does not exist, as creator or as assignee. For audits only.
feature: tickets users
tables: {tickets: tickets, users: users}
time: tickets.created_at
reads:
  tickets: {ticket_id: id, created_by: created_by, assigned_to: assigned_to, created_at: created_at}
  users: {user_id: id}
columns:
  ticket_id: {type: text, doc: id of the ticket}
  created_at: {type: timestamptz, doc: opening}
*/
select
  {{ column('tickets.ticket_id', 't') }}::text as ticket_id,
  {{ time('tickets.created_at', 't') }} as created_at
from {{ table('tickets') }} t
where (
  {{ column('tickets.created_by', 't') }} is not null
  and not exists (
    select from {{ table('users', 'all') }} u
    where {{ column('users.user_id', 'u', like='tickets.created_by') }} = {{ column('tickets.created_by', 't', like='users.user_id') }}
  )
) or (
  {{ column('tickets.assigned_to', 't') }} is not null
  and not exists (
    select from {{ table('users', 'all') }} u
    where {{ column('users.user_id', 'u', like='tickets.assigned_to') }} = {{ column('tickets.assigned_to', 't', like='users.user_id') }}
  )
)
