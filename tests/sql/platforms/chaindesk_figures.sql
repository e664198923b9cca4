-- Plain SQL over the rows of chaindesk.sql.
-- figure: users
select case role when 'SUPERADMIN' then 'super_admin' else 'user' end, true, count(*) from (select role::text from users union all select 'c' from contacts union all select 'v' from visitors) t group by 1;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from (select created_at from users union all select created_at from contacts union all select created_at from visitors) t group by 1;
-- figure: names
select (select count(name) from users) + (select count(first_name) from contacts);
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from conversations group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), case when visitor_id is not null or contact_id is not null or user_id is not null and conversation_id in (select id from conversations where channel = 'dashboard') then 'user' else 'assistant' end, count(*) from messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, case when m.contact_id is not null then 'contacts:' || m.contact_id when m.visitor_id is not null then 'visitors:' || m.visitor_id else 'users:' || m.user_id end, count(*) from messages m join conversations c on c.id = m.conversation_id where m."from" = 'human' and (c.channel = 'dashboard' or m.user_id is null) group by 1, 2;
-- figure: depth
select m.conversation_id, count(*), count(*) filter (where m."from" = 'human' and (c.channel = 'dashboard' or m.user_id is null)) from messages m join conversations c on c.id = m.conversation_id group by 1;
-- figure: ratings
select case eval when 'good' then 5 else 1 end, false, count(*) from messages where eval is not null group by 1;
-- figure: rated messages
select true, count(*), 0::bigint, count(distinct coalesce(q.contact_id, q.visitor_id, q.user_id)) from messages m join lateral (select * from messages f where f.conversation_id = m.conversation_id order by f.created_at limit 1) q on true where m.eval is not null;
-- figure: answers
select false, count(*) from messages m join conversations c on c.id = m.conversation_id where m."from" = 'agent' or c.channel <> 'dashboard' and m.user_id is not null;
-- figure: documents
select case when status = 'synched' then 'done' when status in ('error', 'usage_limit_reached') then 'failed' else 'processing' end, case config ->> 'mime_type' when 'application/pdf' then 'pdf' when 'text/plain' then 'plain' else 'unknown' end, count(*), sum(text_size), sum(nb_chunks) from data_sources group by 1, 2;
-- figure: failures (none: the platform keeps no reason)
select null, null where false;
-- figure: uploaders
select 'users:' || owner_id, count(*) from data_sources group by 1;
-- figure: tickets
select case when status = 'RESOLVED' then 'resolved' else 'open' end, lower(priority::text), 'none', count(*), 0::bigint, 0::bigint, 0::bigint from conversations group by 1, 2;
-- figure: ticket people
select case when q.contact_id is not null then 'contacts:' || q.contact_id when q.visitor_id is not null then 'visitors:' || q.visitor_id else 'users:' || q.user_id end, case when c.channel <> 'dashboard' then 'users:' || c.user_id end, count(*) from conversations c join lateral (select * from messages f where f.conversation_id = c.id order by f.created_at limit 1) q on true group by 1, 2;
