-- Plain SQL over the rows of suna.sql.
-- figure: users
select 'user', true, count(*) from basejump.accounts;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from basejump.accounts group by 1;
-- figure: names
select count(name) from basejump.accounts;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from threads group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), type, count(*) from messages where type in ('user', 'assistant') group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, p.account_id::text, count(*) from messages m join threads t using (thread_id) join projects p using (project_id) where m.type = 'user' group by 1, 2;
-- figure: depth
select thread_id::text, count(*), count(*) filter (where type = 'user') from messages where type in ('user', 'assistant') group by 1;
-- figure: documents
select 'done', case file_mime_type when 'text/plain' then 'plain' when 'application/pdf' then 'pdf' else 'unknown' end, count(*), sum(file_size), 0::bigint from agent_knowledge_base_entries group by 1, 2;
-- figure: failures (none: entries exist only once they are read)
select null, null where false;
-- figure: uploaders
select account_id::text, count(*) from agent_knowledge_base_entries group by 1;
