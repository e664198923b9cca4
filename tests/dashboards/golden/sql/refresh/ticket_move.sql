-- ticket_move: Changes of a ticket's status, without who made them.

select move_id, ticket_id, from_status, to_status, changed_at
from (
select
  h.id::text as move_id,
  h.ticket_id::text as ticket_id,
  case
    when h.from_status is null then null
    when h.from_status in ('open') then 'open'
    when h.from_status in ('in_progress', 'in-progress') then 'in_progress'
    when h.from_status in ('resolved') then 'resolved'
    when h.from_status in ('closed') then 'closed'
    else 'other'
  end as from_status,
  case
    when h.to_status in ('open') then 'open'
    when h.to_status in ('in_progress', 'in-progress') then 'in_progress'
    when h.to_status in ('resolved') then 'resolved'
    when h.to_status in ('closed') then 'closed'
    else 'other'
  end as to_status,
  h.changed_at::timestamptz as changed_at
from public.ticket_status_history h
) s;
