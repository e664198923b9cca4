-- Plain SQL over the rows of engine/platform/strangers/libredesk.sql.
-- figure: users
select case when id in (select user_id from user_roles where role_id = (select id from roles where name = 'Admin')) then 'admin' else 'user' end, enabled, count(*)
from users where deleted_at is null group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users where deleted_at is null group by 1;
-- figure: names
select count(first_name) from users where deleted_at is null;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from conversations group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), coalesce((array['user', 'assistant'])[array_position(array['incoming', 'outgoing'], type::text)], 'other'), count(*)
from conversation_messages where private = false group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, c.contact_id::text, count(*) from conversation_messages m, conversations c
where c.id = m.conversation_id and m.type = 'incoming' and m.private = false group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where type = 'incoming') from conversation_messages where private = false group by 1;
-- figure: tickets
select (array['open', 'in_progress', 'resolved', 'closed'])[status_id], coalesce((array['low', 'medium', 'high'])[priority_id], 'other'), 'none', count(*), count(first_reply_at), count(resolved_at), count(closed_at)
from conversations group by 1, 2;
-- figure: ticket people
select contact_id::text, assigned_user_id::text, count(*) from conversations group by 1, 2;
