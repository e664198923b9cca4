-- Plain SQL over the rows of engine/platform/strangers/open_assistant.sql.
-- figure: users
select 'user', true, count(*) from "user";
-- figure: registrations
select (first at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from (select min(created_at) as first from chat group by user_id) t group by 1;
-- figure: names
select count(*) from "user" where display_name <> '';
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from chat group by 1;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), case role when 'prompter' then 'user' else role end, count(*)
from message where role = 'prompter' or content is not null group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, c.user_id::text, count(*) from message m join chat c on c.id = m.chat_id where m.role = 'prompter' group by 1, 2;
-- figure: depth
select chat_id::text, count(*), count(*) filter (where role = 'prompter') from message where role = 'prompter' or content is not null group by 1;
-- figure: ratings
select case when score > 0 then 5 else 1 end, false, count(*) from message where score <> 0 group by 1;
-- figure: rated messages
select true, count(*), 0::bigint, count(distinct c.user_id) from message m join chat c on c.id = m.chat_id where m.score <> 0;
-- figure: answers
select false, count(*) from message where role = 'assistant' and content is not null;
