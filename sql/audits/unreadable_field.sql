/*
each:
  - {name: account_field, staging: users, feature: users, rows: accounts}
  - {name: conversation_field, staging: conversations, feature: conversations, rows: conversations}
  - {name: message_field, staging: messages, feature: conversations, rows: messages}
  - {name: rating_field, staging: feedback, feature: feedback, rows: ratings}
  - {name: document_field, staging: documents, feature: documents, rows: documents}
  - {name: ticket_field, staging: tickets, feature: tickets, rows: tickets}
  - {name: ticket_move_field, staging: ticket_moves, feature: ticket_history, rows: changes of status}
doc: >-
  Share of the newest $rows with a value that is none of its kind: no time, number, truth value or JSON, or one out of
  range. The field counts as empty; the columns are named with the number of their rows.
place: source
feature: $feature
severity: warning
cadence: 1d
newest: true
limit: 0.01
*/
select found, total, sample from {{ unreadable('$staging') }} as given
