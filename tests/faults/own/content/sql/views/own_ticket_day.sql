/*
doc: Tickets by the day on which they were opened.
grain: one row per local day with a ticket
feature: tickets
audience: everyone
materialized: true
cadence: 10m
key: [day]
columns:
  day: {type: date, doc: local day}
  tickets: {type: bigint, doc: tickets opened}
*/
select (created_at at time zone {{ zone() }})::date as day, count(*) as tickets
from {{ view('ticket_entity') }}
group by 1
