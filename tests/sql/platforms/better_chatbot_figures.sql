-- Plain SQL over the rows of engine/platform/strangers/better_chatbot.sql.
-- figure: users
select case role when 'admin' then 'admin' else 'user' end, coalesce(not banned, true), count(*) from "user" group by 1, 2;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from "user" group by 1;
-- figure: names
select count(*) from "user" where name > '';
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from chat_thread group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), role, count(*) from chat_message group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, t.user_id::text, count(*) from chat_message m, chat_thread t where t.id = m.thread_id and m.role = 'user' group by 1, 2;
-- figure: depth
select thread_id::text, count(*), sum((role = 'user')::int) from chat_message group by 1;
-- figure: ratings
select case rating when 'up' then 5 else 1 end, comment > '', count(*) from (select rating, coalesce(comment, '') as comment from asafe_message_feedback) f group by 1, 2;
-- figure: rated messages
select (select m.role from chat_message m where m.id = f.message_id) = 'assistant', count(*), count(nullif(comment, '')), count(distinct user_id) from asafe_message_feedback f group by 1;
-- figure: answers
select false, count(*) from chat_message where role = 'assistant';
