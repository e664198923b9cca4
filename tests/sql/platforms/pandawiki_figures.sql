-- Plain SQL over the rows of pandawiki.sql.
-- figure: users
select role, true, count(*) from (select role from users union all select 'user' from auths) t group by 1;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from (select created_at from users union all select created_at from auths) t group by 1;
-- figure: names
select (select count(*) from users) + (select count(*) from auths);
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', (info -> 'user_info' ->> 'auth_user_id')::int = 0, count(*) from conversations group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), role, count(*) from conversation_messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, 'auths:' || (c.info -> 'user_info' ->> 'auth_user_id'), count(*) from conversation_messages m, conversations c where c.id = m.conversation_id and m.role = 'user' and (c.info -> 'user_info' ->> 'auth_user_id')::int > 0 group by 1, 2;
-- figure: depth
select conversation_id, count(*), count(*) filter (where parent_id = '') from conversation_messages group by 1;
-- figure: ratings
select 3 + 2 * (info ->> 'score')::int, info ->> 'feedback_content' <> '', count(*) from conversation_messages where (info ->> 'score')::int <> 0 group by 1, 2;
-- figure: rated messages
select m.role = 'assistant', count(*), count(nullif(m.info ->> 'feedback_content', '')), count(distinct nullif((c.info -> 'user_info' ->> 'auth_user_id')::int, 0)) from conversation_messages m, conversations c where c.id = m.conversation_id and (m.info ->> 'score')::int <> 0 group by 1;
-- figure: answers
select (c.info -> 'user_info' ->> 'auth_user_id')::int = 0, count(*) from conversation_messages m, conversations c where c.id = m.conversation_id and m.role = 'assistant' group by 1;
-- figure: documents
select case when rag_info ->> 'status' = 'SUCCEEDED' then 'done' when rag_info ->> 'status' = 'FAILED' then 'failed' else 'processing' end, meta ->> 'content_type', count(*), null::bigint, 0::bigint from nodes where type <> 1 group by 1, 2;
-- figure: failures
select id, rag_info ->> 'message' from nodes where type <> 1 and rag_info ->> 'status' = 'FAILED';
-- figure: uploaders
select 'users:' || creator_id, count(*) from nodes where type <> 1 group by 1;
