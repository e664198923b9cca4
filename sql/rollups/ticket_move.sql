/*
doc: Changes of a ticket's status, without who made them.
grain: one row per change
feature: ticket_history
audience: admin
cadence: 1m
key: [move_id]
indexes: [[ticket_id, changed_at]]
time: changed_at
columns:
  move_id: {type: text, doc: id of the change on the platform}
  ticket_id: {type: text, doc: the ticket}
  from_status: {type: text, null: true, doc: "status before: open, in_progress, resolved, closed, or other; NULL where the ticket was created"}
  to_status: {type: text, doc: "status after: open, in_progress, resolved, closed, or other"}
  changed_at: {type: timestamptz, doc: when it changed}
*/
select move_id, ticket_id, from_status, to_status, changed_at
from {{ stage('ticket_moves') }} s
