-- figure: users
select case when "roleSlug" = 'global:member' then 'user' else 'admin' end, disabled = false, count(*) from "user" group by 1, 2;
-- figure: registrations
select ("createdAt" at time zone 'Europe/Berlin')::date, count(*) from "user" group by 1;
-- figure: names
select count(*) from "user" where coalesce("firstName", "lastName") is not null;
-- figure: conversations
select ("createdAt" at time zone 'Europe/Berlin')::date, 'chat', false, count(*) from chat_hub_sessions group by 1;
-- figure: messages
select date_trunc('hour', "createdAt" at time zone 'Europe/Berlin'),
  coalesce(nullif(replace(replace(type, 'human', 'user'), 'ai', 'assistant'), 'tool'), 'other'), count(*) from chat_hub_messages group by 1, 2;
-- figure: people
select (m."createdAt" at time zone 'Europe/Berlin')::date, "ownerId"::text, count(*)
from chat_hub_messages m join chat_hub_sessions s on s.id = "sessionId" where type = 'human' group by 1, 2;
-- figure: depth
select "sessionId"::text, count(*), count(*) filter (where type = 'human') from chat_hub_messages group by 1;
