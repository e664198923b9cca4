-- Plain SQL over the rows of lightdash.sql.
-- figure: users
select case when role_id = 6 then 'admin' else 'user' end, is_active, count(*) from users join organization_memberships using (user_id) group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(last_name) from users;
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from ai_thread group by 1;
-- figure: messages
select date_trunc('hour', t at time zone 'UTC' at time zone 'Europe/Berlin'), role, count(*) from (select created_at as t, 'user' as role from ai_prompt union all select responded_at, 'assistant' from ai_prompt where error_message is null) q group by 1, 2;
-- figure: people
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, created_by_user_uuid::text, count(*) from ai_prompt group by 1, 2;
-- figure: depth
select ai_thread_uuid::text, count(*) + count(response), count(*) from ai_prompt group by 1;
-- figure: ratings
select case human_score when 1 then 5 else 1 end, human_feedback is not null, count(*) from ai_prompt where human_score <> 0 group by 1, 2;
-- figure: rated messages
select true, count(*), count(human_feedback), count(distinct created_by_user_uuid) from ai_prompt where human_score <> 0;
-- figure: answers
select false, count(response) from ai_prompt;
