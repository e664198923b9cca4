-- Plain SQL over the rows of engine/platform/strangers/dust.sql.
-- figure: users
select case when id in (select "userId" from memberships where role = 'admin' and "endAt" is null) then 'admin' else 'user' end, true, count(*) from users group by 1;
-- figure: registrations
select ("createdAt" at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count("firstName") from users;
-- figure: conversations
select ("createdAt" at time zone 'Europe/Berlin')::date, 'chat', id not in (select "conversationId" from conversation_participants), count(*) from conversations where visibility != 'deleted' group by 1, 3;
-- figure: messages
select date_trunc('hour', m."createdAt" at time zone 'Europe/Berlin'), case when "agentMessageId" > 0 then 'assistant' when "userMessageId" > 0 then 'user' else 'other' end, count(*)
from messages m where m.visibility = 'visible' and "conversationId" in (select id from conversations where visibility = 'unlisted') group by 1, 2;
-- figure: people
select (m."createdAt" at time zone 'Europe/Berlin')::date, p."userId"::text, count(*) from messages m join conversation_participants p using ("conversationId")
where m.visibility = 'visible' and "userMessageId" is not null and "conversationId" not in (select id from conversations where visibility = 'deleted') group by 1, 2;
-- figure: depth
select "conversationId"::text, count(*), count("userMessageId") from messages m
where m.visibility = 'visible' and "conversationId" not in (select id from conversations where visibility = 'deleted') group by 1;
-- figure: ratings
select case "thumbDirection" when 'up' then 5 else 1 end, content is not null, count(*) from agent_message_feedbacks
where "agentMessageId" in (select "agentMessageId" from messages m where m.visibility = 'visible') and "conversationId" not in (select id from conversations where visibility = 'deleted') group by 1, 2;
-- figure: rated messages
select true, count(*), count(f.content), count(distinct "userId") from agent_message_feedbacks f
where "agentMessageId" in (select "agentMessageId" from messages m where m.visibility = 'visible') and "conversationId" not in (select id from conversations where visibility = 'deleted');
-- figure: answers
select false, count("agentMessageId") from messages m where m.visibility = 'visible' and "conversationId" not in (select id from conversations where visibility = 'deleted');
-- figure: documents
select (array['processing', 'failed', 'done'])[1 + (status = 'failed')::int + 2 * (status = 'ready')::int], split_part("contentType", '/', 2), count(*), sum("fileSize"), 0 from files group by 1, 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select "userId"::text, count(*) from files group by 1;
