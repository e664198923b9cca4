/*
doc: Who opened the most tickets, of those created today or on the 89 days before. People are shown as the first 8
  characters of their id, without anything else about them.
grain: one row per creator, at most 50; one more for tickets whose creator is not known
feature: tickets
audience: everyone
cadence: 5m
materialized: true
key: [rank]
columns:
  rank: {type: bigint, doc: "order by tickets, most first; ties by id"}
  creator: {type: text, doc: "first 8 characters of the creator's id; unknown where there is none or the account was deleted"}
  tickets: {type: bigint, doc: tickets opened}
  waiting: {type: bigint, doc: those of them that wait now}
  urgent: {type: bigint, doc: those of them that are urgent or high}
  share: {type: float8, doc: share of all tickets of the window}
  newest_at: {type: timestamptz, doc: when the last one was opened}
*/
with counted as (
  select e.created_by, count(*) as tickets, count(*) filter (where n.waits) as waiting,
    count(*) filter (where n.priority in ('urgent', 'high')) as urgent, max(n.created_at) as newest_at
  from {{ view('ticket_entity') }} e join {{ view('ticket_now') }} n using (ticket_id)
  where (n.created_at at time zone {{ zone() }})::date > {{ today() }} - 90
  group by 1
),
ranked as (
  select *, sum(tickets) over () as total,
    row_number() over (order by created_by is null, tickets desc, created_by) as place
  from counted
)
select
  row_number() over (order by tickets desc, created_by nulls last) as rank,
  coalesce(left(created_by, 8), 'unknown') as creator,
  tickets,
  waiting,
  urgent,
  tickets / total::float8 as share,
  newest_at
from ranked
where place <= 50 or created_by is null
