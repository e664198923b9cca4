-- Plain SQL over the rows of weknora.sql.
-- figure: users
select case when is_system_admin then 'admin' else 'user' end, is_active, count(*) from users where deleted_at is null group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users where deleted_at is null group by 1;
-- figure: names
select count(username) from users where deleted_at is null;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from sessions where deleted_at is null group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), role, count(*) from messages where deleted_at is null and session_id in (select id from sessions where deleted_at is null) group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, s.user_id, count(*) from messages m, sessions s where s.id = m.session_id and m.role = 'user' and m.deleted_at is null and s.deleted_at is null group by 1, 2;
-- figure: depth
select session_id, count(*), count(*) filter (where role = 'user') from messages where deleted_at is null and session_id in (select id from sessions where deleted_at is null) group by 1;
-- figure: documents
select case when parse_status = 'completed' then 'done' when parse_status in ('failed', 'cancelled') then 'failed' else 'processing' end, coalesce(file_type, 'unknown'), count(*), sum(file_size), sum((select count(*) from chunks c where c.knowledge_id = d.id)) from knowledges d where deleted_at is null and knowledge_base_id not in (select id from knowledge_bases where deleted_at is not null) group by 1, 2;
-- figure: failures
select id, error_message from knowledges where error_message <> '' and deleted_at is null and knowledge_base_id not in (select id from knowledge_bases where deleted_at is not null);
-- figure: uploaders
select k.creator_id, count(*) from knowledges d, knowledge_bases k where k.id = d.knowledge_base_id and d.deleted_at is null and k.deleted_at is null group by 1;
