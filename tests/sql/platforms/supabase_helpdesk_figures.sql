-- Plain SQL over the rows of engine/platform/strangers/supabase_helpdesk.sql.
-- figure: users
select case when role in ('agent', 'admin') then 'admin' else 'user' end, is_blocked = false, count(*) from profiles group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from profiles group by 1;
-- figure: names
select count(display_name) from profiles;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from tickets group by 1;
-- figure: messages
select date_trunc('hour', p.created_at at time zone 'Europe/Berlin'), case a.role when 'user' then 'user' else 'assistant' end, count(*) from posts p, profiles a where a.id = author_id and not is_private group by 1, 2;
-- figure: people
select (p.created_at at time zone 'Europe/Berlin')::date, t.creator_id::text, count(*) from posts p, profiles a, tickets t where a.id = author_id and a.role = 'user' and t.id = ticket_id and not p.is_private group by 1, 2;
-- figure: depth
select ticket_id::text, count(*), count(*) filter (where (select role from profiles where id = author_id) = 'user') from posts where not is_private group by 1;
-- figure: tickets
select case status when 'pending' then 'in_progress' else status::text end, case urgency when 'critical' then 'urgent' else urgency::text end, coalesce(c.name, 'none'), count(*), 0, 0, 0 from tickets left join categories c on c.id = category_id group by 1, 2, 3;
-- figure: ticket people
select creator_id::text, assigned_agent_id::text, count(*) from tickets group by 1, 2;
