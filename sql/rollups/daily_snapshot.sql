/*
doc: >-
  How many accounts, tickets and documents there were in each state at the end of each local day. The platform cannot
  give these counts later, since rows change and are deleted. Every refresh counts today again, and the last count of a
  day is kept forever. Days before the first refresh, or without one, are filled once from what is known now: from the
  times at which rows were created and tickets ended, without rows deleted since.
grain: one row per local day, subject, state and part that was there on it or before
audience: everyone
cadence: 5m
key: [day, subject, state, part]
keep: true
subjects: {accounts: user_entity, tickets: ticket_entity ticket_move ticket_now, documents: document_now}
columns:
  day: {type: date, doc: local day}
  subject: {type: text, doc: "accounts, tickets or documents"}
  state: {type: text, doc: "accounts: active or inactive; tickets: open, in_progress, resolved, closed, other, or waiting where it is not known which of the first two; documents: done, processing, failed or other"}
  part: {type: text, doc: "accounts: role; tickets: priority; documents: file type"}
  amount: {type: bigint, doc: how many there were at the end of the day; of today as of now}
  chunks: {type: bigint, "null": true, doc: "documents: their chunks in the vector store; NULL for others"}
  known: {type: text, doc: "'on the day', or 'as known today': filled later, without what was deleted and with the present role, priority and, of accounts and documents, state"}
*/
-- its own rows stay, so it cannot name itself as a reference: that would be a circle
with today as (select {{ today() }} as day),
-- a relation that was not refreshed today gives no count of today; those of a feature that is off are never read
fresh as (
  select relation from {{ view('_refresh') }}, today where (finished_at at time zone {{ zone() }})::date = today.day
),
present (subject, state, part, day, chunks) as (
  select 'accounts', case when is_active then 'active' else 'inactive' end, role,
    (created_at at time zone {{ zone() }})::date, null::bigint
  from {{ view('user_entity') }} where 'user_entity' in (select relation from fresh)
  union all
  select 'tickets', status, priority, (created_at at time zone {{ zone() }})::date, null
  from {{ view('ticket_entity') }} where 'ticket_entity' in (select relation from fresh)
  union all
  select 'documents', status, file_type, day, chunks
  from {{ view('document_now') }} where 'document_entity' in (select relation from fresh)
),
-- days without a count: all at first, and those on which no refresh ran
gaps as (
  select subject, each.day::date as day
  from (select subject, min(day) as first from present group by 1) as began, today,
    generate_series(
      greatest(began.first, today.day - {{ setting('growth.days') }})::timestamp, today.day - interval '1 day',
      interval '1 day'
    ) as each (day)
  except
  select subject, day from {{ schema() }}.daily_snapshot
),
moves as (
  select
    ticket_id, from_status, to_status, (changed_at at time zone {{ zone() }})::date as day,
    row_number() over (partition by ticket_id order by changed_at, length(move_id), move_id) as number
  from {{ view('ticket_move') }} where exists (select from gaps where subject = 'tickets')
),
first_moves as (select * from moves where number = 1),
-- a ticket's states: from its history where it has one, else from the times at which it ended
steps (ticket_id, state, day, amount) as (
  select t.ticket_id, coalesce(f.from_status, f.to_status), (t.created_at at time zone {{ zone() }})::date, 1
  from {{ view('ticket_entity') }} t join first_moves f using (ticket_id)
  union all select ticket_id, from_status, day, -1 from moves where from_status is not null
  union all select ticket_id, to_status, day, 1 from moves where from_status is not null
  union all
  select ticket_id, case when waits or ended_at is not null then 'waiting' else status end,
    (created_at at time zone {{ zone() }})::date, 1
  from {{ view('ticket_now') }} where ticket_id not in (select ticket_id from first_moves)
  union all
  select ticket_id, step.state, (ended_at at time zone {{ zone() }})::date, step.amount
  from {{ view('ticket_now') }}, lateral (values ('waiting', -1), (status, 1)) as step (state, amount)
  where ended_at is not null and ticket_id not in (select ticket_id from first_moves)
),
events (subject, state, part, day, amount, chunks) as (
  select subject, state, part, day, 1, chunks from present
  where subject <> 'tickets' and exists (select from gaps where subject <> 'tickets')
  union all
  select 'tickets', state, priority, day, amount, null
  from steps join {{ view('ticket_entity') }} using (ticket_id)
  where exists (select from gaps where subject = 'tickets')
),
-- what was before the first of these days is there on it
changes as (
  select subject, state, part, greatest(events.day, today.day - {{ setting('growth.days') }}) as day,
    sum(amount) as amount, sum(chunks) as chunks
  from events, today group by 1, 2, 3, 4
),
spans as (
  select subject, state, part, min(day) as first from changes group by 1, 2, 3
),
running as (
  select
    every.subject, every.day, every.state, every.part,
    sum(coalesce(changes.amount, 0)) over sofar as amount,
    case when every.subject = 'documents' then coalesce(sum(changes.chunks) over sofar, 0) end as chunks
  from (
    select subject, state, part, each.day::date as day
    from spans, today,
      generate_series(first::timestamp, today.day - interval '1 day', interval '1 day') as each (day)
  ) as every
  left join changes using (subject, state, part, day)
  window sofar as (partition by every.subject, every.state, every.part order by every.day)
),
counted as (
  select subject, state, part, 1 as amount, chunks from present
  union all  -- what was there earlier today, and is no more
  select subject, state, part, 0, null
  from {{ schema() }}.daily_snapshot join today using (day)
  where subject in (select subject from present)
)
select
  today.day, subject, state, part, sum(amount)::bigint as amount,
  case when subject = 'documents' then coalesce(sum(chunks), 0)::bigint end as chunks, 'on the day' as known
from counted cross join today
group by 1, 2, 3, 4
union all
select day, subject, state, part, amount::bigint, chunks::bigint, 'as known today'
from running join gaps using (subject, day)
