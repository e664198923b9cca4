-- Plain SQL over the rows of engine/platform/strangers/hexabot.sql.
-- figure: users
select case when id in (select user_id from user_roles where role_id = 'r1') then 'admin' else 'user' end, state, count(*) from users group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count("firstName") from users;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from threads group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), case when recipient_id is null then 'user' else 'assistant' end, count(*) from messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, sender_id::text, count(*) from messages m where sender_id is not null group by 1, 2;
-- figure: depth
select thread_id::text, count(*), count(sender_id) from messages group by 1;
