-- Plain SQL over the rows of eshop_support.sql. Customers who never wrote have no time, and do not count.
-- figure: users
select 'user', true, count(distinct "CustomerId") from "Tickets";
-- figure: registrations
select (first at time zone 'Europe/Berlin')::date, count(*) from (select min("CreatedAt") as first from "Tickets" group by "CustomerId") t group by 1;
-- figure: names
select count(distinct "CustomerId") from "Tickets";
-- figure: conversations
select ("CreatedAt" at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from "Tickets" group by 1;
-- figure: messages
select date_trunc('hour', "CreatedAt" at time zone 'Europe/Berlin'), case when "IsCustomerMessage" then 'user' else 'assistant' end, count(*) from "Messages" group by 1, 2;
-- figure: people
select (m."CreatedAt" at time zone 'Europe/Berlin')::date, t."CustomerId"::text, count(*) from "Messages" m join "Tickets" t using ("TicketId") where m."IsCustomerMessage" group by 1, 2;
-- figure: depth
select "TicketId"::text, count(*), sum("IsCustomerMessage"::int) from "Messages" group by 1;
-- figure: tickets
select (array['open', 'closed'])[1 + "TicketStatus"], 'medium', (array['Question', 'Idea', 'Complaint', 'Returns'])[1 + "TicketType"], count(*), 0::bigint, 0::bigint, 0::bigint from "Tickets" group by 1, 2, 3;
-- figure: ticket people
select "CustomerId"::text, null::text, count(*) from "Tickets" group by 1;
