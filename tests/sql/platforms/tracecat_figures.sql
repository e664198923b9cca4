-- Plain SQL over the rows of engine/platform/strangers/tracecat.sql: people came with their first session, those without one never.
-- figure: users
select lower(replace(role::text, 'BASIC', 'user')), is_active, count(*) from "user" u where exists (select from agent_session where created_by = u.id) group by 1, 2;
-- figure: registrations
select (first at time zone 'Europe/Berlin')::date, count(*) from (select min(created_at) as first from agent_session where created_by is not null group by created_by) q group by 1;
-- figure: names
select count(*) from "user" u where exists (select from agent_session where created_by = u.id) and first_name || last_name <> '';
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', created_by is null, count(*) from agent_session group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), content ->> 'type', count(*) from agent_session_history group by 1, 2;
-- figure: people
select (h.created_at at time zone 'Europe/Berlin')::date, s.created_by::text, count(*) from agent_session s, agent_session_history h where h.session_id = s.id and content ->> 'type' = 'user' and s.created_by is not null group by 1, 2;
-- figure: depth
select session_id::text, count(*), count(*) filter (where content -> 'message' ->> 'role' = 'user') from agent_session_history group by 1;
-- figure: tickets
select case status when 'NEW' then 'open' when 'ON_HOLD' then 'in_progress' else lower(status::text) end, case priority when 'CRITICAL' then 'urgent' else lower(priority::text) end, 'none', count(*), 0::bigint, 0::bigint, 0::bigint from "case" group by 1, 2;
-- figure: ticket people
select null::text, assignee_id::text, count(*) from "case" group by 2;
