/*
doc: Waiting tickets by assignee, and those resolved today or on the 29 days before. People are shown as the
  first 8 characters of their id, without other personal data.
grain: one row per assignee with a ticket that waits or was resolved within 30 days, at most 50; one more for nobody
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [rank]
columns:
  rank: {type: bigint, doc: "order by waiting tickets, most first; ties by id"}
  assignee: {type: text, doc: "first 8 characters of the assignee's id; nobody where there is none"}
  waiting: {type: bigint, doc: tickets that wait now}
  overdue: {type: bigint, doc: those of them past their due time}
  urgent: {type: bigint, doc: those of them that are urgent or high}
  oldest_s: {type: float8, null: true, doc: "age of the oldest of them, seconds; NULL where none waits"}
  resolved_30d: {type: bigint, doc: tickets resolved today or on the 29 days before}
  total: {type: bigint, doc: "all such assignees, nobody among them"}
*/
with counted as (
  select
    e.assigned_to,
    count(*) filter (where n.waits) as waiting,
    count(*) filter (where overdue) as overdue,
    count(*) filter (where n.waits and n.priority in ('urgent', 'high')) as urgent,
    extract(epoch from {{ now() }} - min(n.created_at) filter (where n.waits))::float8 as oldest_s,
    count(*) filter (where n.ended_at is not null) as resolved_30d
  from {{ view('ticket_entity') }} e join {{ view('ticket_now') }} n using (ticket_id)
  where n.waits
    or ((n.ended_at at time zone {{ zone() }})::date > {{ today() }} - 30 and n.ended_at <= {{ now() }})
  group by 1
),
ranked as (
  select *, count(*) over () as total,
    row_number() over (order by assigned_to is null, waiting desc, resolved_30d desc, assigned_to) as place
  from counted
)
select
  row_number() over (order by waiting desc, resolved_30d desc, assigned_to nulls last) as rank,
  coalesce(left(assigned_to, 8), 'nobody') as assignee,
  waiting,
  overdue,
  urgent,
  oldest_s,
  resolved_30d,
  total
from ranked
where place <= 50 or assigned_to is null
