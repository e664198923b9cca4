/*
doc: Resolutions and reopenings by day, from the history of statuses. A ticket that is resolved twice counts twice.
grain: one row per local day, priority and category with one of them
feature: ticket_history
audience: everyone
cadence: 1m
materialized: true
key: [day, priority, category]
columns:
  day: {type: date, doc: local day}
  priority: {type: text, doc: "urgent, high, medium, low, or other, as it is now"}
  category: {type: text, doc: "category as it is now; none where a ticket has none"}
  resolutions: {type: bigint, doc: "changes from open or in progress to resolved or closed"}
  reopenings: {type: bigint, doc: "changes from resolved or closed to open or in progress"}
*/
with moves as (
  select (changed_at at time zone {{ zone() }})::date as day, priority, category,
    coalesce(from_status, 'open') in ('open', 'in_progress') and to_status in ('resolved', 'closed') as resolution,
    from_status in ('resolved', 'closed') and to_status in ('open', 'in_progress') as reopening
  from {{ view('ticket_move') }} join {{ view('ticket_now') }} using (ticket_id)
)
select day, priority, category,
  count(*) filter (where resolution) as resolutions,
  count(*) filter (where reopening) as reopenings
from moves
where resolution or reopening
group by 1, 2, 3
