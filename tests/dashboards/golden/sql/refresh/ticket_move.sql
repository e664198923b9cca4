-- ticket_move: Changes of a ticket's status, without who made them.

select move_id, ticket_id, from_status, to_status, changed_at
from (
select move_id, ticket_id, from_status, to_status, changed_at from (
select
  h.id::text as move_id,
  h.ticket_id::text as ticket_id,
  case when h.from_status is not null then case when lower(h.from_status::text) in ('open') then 'open' when lower(h.from_status::text) in ('in_progress', 'in-progress') then 'in_progress' when lower(h.from_status::text) in ('resolved') then 'resolved' when lower(h.from_status::text) in ('closed') then 'closed' else 'other' end end as from_status,
  case when lower(h.to_status::text) in ('open') then 'open' when lower(h.to_status::text) in ('in_progress', 'in-progress') then 'in_progress' when lower(h.to_status::text) in ('resolved') then 'resolved' when lower(h.to_status::text) in ('closed') then 'closed' else 'other' end as to_status,
  h.changed_at::timestamptz as changed_at
from public.ticket_status_history h
) given where move_id is not null and ticket_id is not null and to_status is not null and changed_at >= timestamptz '2000-01-01 00:00:00+00' and changed_at < timestamptz '2200-01-01 00:00:00+00'
) s;
