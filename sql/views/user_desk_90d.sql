/*
doc: Who opened tickets and uploaded documents, by name, of those of today and the 89 days before.
grain: one row per user, at most 100; one more for rows whose user is not known
feature: users
audience: admin
cadence: 15m
materialized: true
key: [rank]
columns:
  rank: {type: bigint, doc: "order by tickets and documents together, most first; ties by id"}
  user_id: {type: text, "null": true, doc: "id of the account; NULL where it is not known or the account was deleted"}
  name: {type: text, doc: "name of the account; the first 8 characters of its id where it has none, unknown without an id"}
  tickets: {type: bigint, doc: tickets opened}
  waiting: {type: bigint, doc: those of them that wait now}
  urgent: {type: bigint, doc: those of them that are urgent or high}
  documents: {type: bigint, doc: documents uploaded and still there}
  failed: {type: bigint, doc: those of them that failed}
  ended: {type: bigint, doc: those of them that are done or failed}
  bytes: {type: bigint, doc: "size of them, where it is known"}
  newest_at: {type: timestamptz, doc: the last ticket or upload}
  total: {type: bigint, doc: "all such users, the unknown as one"}
*/
with opened as (
  select coalesce(created_by, '') as user_id, count(*) as tickets, count(*) filter (where n.waits) as waiting,
    count(*) filter (where n.priority in ('urgent', 'high')) as urgent, max(n.created_at) as ticket_at
  from {{ view('ticket_entity') }} e join {{ view('ticket_now') }} n using (ticket_id)
  where (n.created_at at time zone {{ zone() }})::date > {{ today() }} - 90 and n.created_at <= {{ now() }}
  group by 1
),
uploaded as (
  select coalesce(e.user_id, '') as user_id, count(*) as documents,
    count(*) filter (where n.status = 'failed') as failed,
    count(*) filter (where n.status in ('done', 'failed')) as ended, sum(n.file_size) as bytes,
    max(n.created_at) as document_at
  from {{ view('document_entity') }} e join {{ view('document_now') }} n using (document_id)
  where (n.created_at at time zone {{ zone() }})::date > {{ today() }} - 90 and n.created_at <= {{ now() }}
  group by 1
),
counted as (
  select user_id, coalesce(tickets, 0) as tickets, coalesce(waiting, 0) as waiting, coalesce(urgent, 0) as urgent,
    coalesce(documents, 0) as documents, coalesce(failed, 0) as failed, coalesce(ended, 0) as ended,
    coalesce(bytes, 0)::bigint as bytes, greatest(ticket_at, document_at) as newest_at
  from opened full join uploaded using (user_id)
),
ranked as (
  select *, count(*) over () as total,
    row_number() over (order by user_id = '', tickets + documents desc, user_id) as place
  from counted
)
select
  row_number() over (order by tickets + documents desc, ranked.user_id = '', ranked.user_id) as rank,
  nullif(ranked.user_id, '') as user_id,
  coalesce(names.name, nullif(left(ranked.user_id, 8), ''), 'unknown') as name,
  tickets, waiting, urgent, documents, failed, ended, bytes, newest_at, total
from ranked left join {{ view('user_name') }} names on names.user_id = ranked.user_id
where place <= 100 or ranked.user_id = ''
