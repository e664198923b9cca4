-- Plain SQL over the rows of engine/platform/strangers/onlook.sql.
-- figure: users
select 'user', true, count(*) from public.users;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from public.users group by 1;
-- figure: names
select count(*) from public.users where first_name > '' or last_name > '';
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from conversations group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), role::text, count(*) from messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, o.user_id::text, count(*)
from messages m, conversations c, user_projects o
where c.id = m.conversation_id and o.project_id = c.project_id and o.role = 'owner' and m.role = 'user' group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where role = 'user') from messages group by 1;
