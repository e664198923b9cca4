-- Plain SQL over the rows of engine/platform/strangers/thesis_chat.sql.
-- figure: users
select case when role = 'ADMIN' then 'admin' else 'user' end, is_active, count(*) from users group by 1, 2;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(full_name) from users;
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from ai_chat_sessions where deleted_at is null group by 1;
-- figure: messages
select date_trunc('hour', m.created_at at time zone 'UTC' at time zone 'Europe/Berlin'), lower(m.role::text), count(*) from ai_chat_messages m, ai_chat_sessions s where s.id = session_id and deleted_at is null group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, s.user_id::text, count(*) from ai_chat_messages m, ai_chat_sessions s where s.id = session_id and deleted_at is null and m.role = 'USER' group by 1, 2;
-- figure: depth
select session_id::text, count(*), count(*) filter (where role = 'USER') from ai_chat_messages where session_id not in (select id from ai_chat_sessions where deleted_at is not null) group by 1;
-- figure: ratings
select case rating when 'LIKE' then 5 else 1 end, feedback_note is not null, count(*) from ai_chat_messages where rating is not null and session_id in (select id from ai_chat_sessions where deleted_at is null) group by 1, 2;
-- figure: rated messages
select m.role = 'ASSISTANT', count(*), count(feedback_note), count(distinct s.user_id) from ai_chat_messages m join ai_chat_sessions s on s.id = session_id where rating is not null and deleted_at is null group by 1;
-- figure: answers
select false, count(*) from ai_chat_messages m join ai_chat_sessions s on s.id = session_id where role = 'ASSISTANT' and deleted_at is null;
-- figure: documents
select case processing_status when 'READY' then 'done' when 'FAILED' then 'failed' else 'processing' end, split_part(mime_type, '/', 2), count(*), sum(file_size), sum((select count(*) from document_chunks c where c.document_id = d.id)) from documents d group by 1, 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select owner_id::text, count(*) from documents group by 1;
