-- Plain SQL over the rows of lightning.sql.
-- figure: users
select case role when 'superuser' then 'admin' else 'user' end, disabled = false, count(*) from users group by 1, 2;
-- figure: registrations
select (inserted_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(last_name) from users;
-- figure: conversations
select (inserted_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from ai_chat_sessions where is_deleted = false group by 1;
-- figure: messages
select date_trunc('hour', inserted_at at time zone 'UTC' at time zone 'Europe/Berlin'), role, count(*) from ai_chat_messages where is_deleted = false and chat_session_id not in (select id from ai_chat_sessions where is_deleted) group by 1, 2;
-- figure: people
select (m.inserted_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, m.user_id::text, count(*) from ai_chat_messages m join ai_chat_sessions s on s.id = m.chat_session_id where m.is_deleted = false and s.is_deleted = false and m.user_id is not null group by 1, 2;
-- figure: depth
select chat_session_id::text, count(*), count(user_id) from ai_chat_messages where is_deleted = false and chat_session_id not in (select id from ai_chat_sessions where is_deleted) group by 1;
