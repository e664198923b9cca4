/*
doc: Support tickets. Their titles are never read.
feature: tickets
tables: {tickets: tickets, users: users}
time: tickets.created_at
required: [ticket_id, status, created_at]
reads:
  tickets:
    ticket_id: id
    created_by: created_by
    assigned_to: assigned_to
    category: category
    status: status
    priority: priority
    first_response_at: first_response_at
    resolved_at: resolved_at
    closed_at: closed_at
    sla_due_at: sla_due_at
    created_at: created_at
    updated_at: updated_at
  users: {user_id: id}
words:
  ticket_status:
    open: [open]
    in_progress: [in_progress, in-progress]
    resolved: [resolved]
    closed: [closed]
  ticket_priority: {low: [low], medium: [medium], high: [high], urgent: [urgent]}
make:
  tickets:
    sql: |
      create table {{ table('tickets') }} (
        {{ column('tickets.ticket_id') }} uuid primary key default gen_random_uuid(),
        {{ column('tickets.created_by') }} {{ like('users.user_id') }} references {{ table('users') }} ({{ column('users.user_id') }}) on delete set null,
        {{ column('tickets.assigned_to') }} {{ like('users.user_id') }} references {{ table('users') }} ({{ column('users.user_id') }}) on delete set null,
        {{ column('tickets.category') }} varchar(100),
        title varchar(500) not null,
        {{ column('tickets.status') }} varchar(50) not null default 'open'
          check ({{ column('tickets.status') }} in ('open', 'in_progress', 'resolved', 'closed')),
        {{ column('tickets.priority') }} varchar(50) not null default 'medium'
          check ({{ column('tickets.priority') }} in ('low', 'medium', 'high', 'urgent')),
        {{ column('tickets.first_response_at') }} timestamptz,
        {{ column('tickets.resolved_at') }} timestamptz,
        {{ column('tickets.closed_at') }} timestamptz,
        {{ column('tickets.sla_due_at') }} timestamptz,
        {{ column('tickets.created_at') }} timestamptz not null default now(),
        {{ column('tickets.updated_at') }} timestamptz not null default now(),
        check ({{ column('tickets.resolved_at') }} >= {{ column('tickets.created_at') }})
      )
    app: write a row when a ticket is opened; set status, the times and updated_at when it changes
columns:
  ticket_id: {type: text, doc: id of the ticket}
  created_by: {type: text, null: true, doc: who opened it}
  assigned_to: {type: text, null: true, doc: who works on it}
  category: {type: text, doc: "category; none where it has none"}
  status: {type: text, doc: "open, in_progress, resolved, closed, or other"}
  priority: {type: text, doc: "low, medium, high, urgent, or other"}
  first_response_at: {type: timestamptz, null: true, doc: first response}
  resolved_at: {type: timestamptz, null: true, doc: resolution}
  closed_at: {type: timestamptz, null: true, doc: closing}
  sla_due_at: {type: timestamptz, null: true, doc: when it is due}
  created_at: {type: timestamptz, doc: opening}
  updated_at: {type: timestamptz, null: true, doc: last change of its row}
*/
select
  {{ column('tickets.ticket_id', 't') }}::text as ticket_id,
  {{ column('tickets.created_by', 't') }}::text as created_by,
  {{ column('tickets.assigned_to', 't') }}::text as assigned_to,
  coalesce(nullif({{ column('tickets.category', 't') }}::text, ''), 'none') as category,
  {{ word('tickets.status', 'ticket_status', 't') }} as status,
  {{ word('tickets.priority', 'ticket_priority', 't', absent='medium') }} as priority,
  {{ time('tickets.first_response_at', 't') }} as first_response_at,
  {{ time('tickets.resolved_at', 't') }} as resolved_at,
  {{ time('tickets.closed_at', 't') }} as closed_at,
  {{ time('tickets.sla_due_at', 't') }} as sla_due_at,
  {{ time('tickets.created_at', 't') }} as created_at,
  {{ time('tickets.updated_at', 't') }} as updated_at
from {{ table('tickets') }} t
