-- Plain SQL over the rows of engine/platform/strangers/zammad.sql.
-- figure: users
select case when (select min(role_id) from roles_users where user_id = users.id) = 1 then 'admin' else 'user' end, active, count(*) from users group by 1, 2;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(firstname) from users;
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from tickets group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), (array['assistant', 'user', 'system'])[sender_id], count(*) from ticket_articles where not internal group by 1, 2;
-- figure: people
select (a.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, t.customer_id::text, count(*) from ticket_articles a join tickets t on t.id = a.ticket_id where not internal and sender_id = 2 group by 1, 2;
-- figure: depth
select ticket_id::text, count(*), count(*) filter (where sender_id = 2) from ticket_articles where internal = false group by 1;
-- figure: tickets
select (array['open', 'open', 'in_progress', 'closed', 'closed'])[state_id], (array['low', 'medium', 'high'])[priority_id], (array['Users', 'Sales'])[group_id], count(*), count(first_response_at), 0::bigint, count(close_at) from tickets group by 1, 2, 3;
-- figure: ticket people
select customer_id::text, owner_id::text, count(*) from tickets group by 1, 2;
