/*
doc: Changes of a ticket's status, one row each, without who made them.
feature: ticket_history
tables: {ticket_moves: ticket_status_history, tickets: tickets}
time: ticket_moves.changed_at
required: [move_id, ticket_id, to_status, changed_at]
parents: {ticket_id: tickets.ticket_id}
reads:
  ticket_moves:
    move_id: id
    ticket_id: ticket_id
    from_status: from_status
    to_status: to_status
    changed_at: changed_at
  tickets: {ticket_id: id}
words:
  ticket_status:
    open: [open]
    in_progress: [in_progress, in-progress]
    resolved: [resolved]
    closed: [closed]
make:
  ticket_moves:
    sql: |
      create table {{ table('ticket_moves') }} (
        {{ column('ticket_moves.move_id') }} bigint generated always as identity primary key,
        {{ column('ticket_moves.ticket_id') }} {{ like('tickets.ticket_id') }} not null
          references {{ table('tickets') }} ({{ column('tickets.ticket_id') }}) on delete cascade,
        {{ column('ticket_moves.from_status') }} varchar(50),
        {{ column('ticket_moves.to_status') }} varchar(50) not null,
        {{ column('ticket_moves.changed_at') }} timestamptz not null default now(),
        changed_by text
      );
      create index on {{ table('ticket_moves') }} ({{ column('ticket_moves.ticket_id') }})
    app: write a row with the old and the new status whenever the status of a ticket changes; from_status is NULL at its opening
columns:
  move_id: {type: text, doc: id of the change}
  ticket_id: {type: text, doc: the ticket}
  from_status: {type: text, null: true, doc: "status before: open, in_progress, resolved, closed, or other; NULL where the ticket was created"}
  to_status: {type: text, doc: "status after: open, in_progress, resolved, closed, or other"}
  changed_at: {type: timestamptz, doc: when it changed}
*/
select
  {{ column('ticket_moves.move_id', 'h') }}::text as move_id,
  {{ column('ticket_moves.ticket_id', 'h') }}::text as ticket_id,
  case when {{ column('ticket_moves.from_status', 'h') }} is not null then {{ word('ticket_moves.from_status', 'ticket_status', 'h') }} end as from_status,
  {{ word('ticket_moves.to_status', 'ticket_status', 'h') }} as to_status,
  {{ time('ticket_moves.changed_at', 'h') }} as changed_at
from {{ table('ticket_moves') }} h
