-- figure: users
select role, may, count(*) from (select 'user' as role, true as may from customers
  union all select case role when 'admin' then role else 'user' end, disabled_at is null from users) x group by 1, 2;
-- figure: registrations
select (inserted_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*)
from (select inserted_at from customers union all select inserted_at from users) x group by 1;
-- figure: names
select (select count(name) from customers) + (select count(*) from users);
-- figure: conversations
select (inserted_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', customer_id is null, count(*) from conversations group by 1, 3;
-- figure: messages
select date_trunc('hour', sent_at at time zone 'UTC' at time zone 'Europe/Berlin'), case when user_id is null then 'user' else 'assistant' end, count(*)
from messages where private = false group by 1, 2;
-- figure: people
select (m.sent_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, concat('customer:', c.customer_id), count(*)
from messages m join conversations c on c.id = m.conversation_id where m.user_id is null and not private group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(customer_id) from messages where not private group by 1;
-- figure: tickets
select status, case priority when 'priority' then 'high' else 'medium' end, source, count(*), count(first_replied_at), count(closed_at), count(closed_at)
from conversations group by 1, 2, 3;
-- figure: ticket people
select 'customer:' || customer_id, 'agent:' || assignee_id, count(*) from conversations group by 1, 2;
