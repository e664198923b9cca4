/*
doc: Tickets created by hour, within today and the 41 days before; those that a wrong clock dates later are left out.
grain: one row per local hour, priority and category in which a ticket was created
feature: tickets
audience: everyone
cadence: 1m
materialized: true
key: [hour, priority, category]
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  priority: {type: text, doc: "urgent, high, medium, low, or other"}
  category: {type: text, doc: "category; none where a ticket has none"}
  created: {type: bigint, doc: tickets created in it}
*/
select date_trunc('hour', created_at, {{ zone() }}) as hour, priority, category, count(*) as created
from {{ view('ticket_now') }}
where created_at >= {{ now() }} - interval '42 days' and created_at <= {{ now() }}
group by 1, 2, 3
