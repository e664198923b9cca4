-- figure: users
select case is_superuser when true then 'admin' else 'user' end, is_active, count(*) from "user" group by 1, 2;
-- figure: registrations
select (create_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from "user" group by 1;
-- figure: names
select count(*) from "user";
-- figure: conversations
select (first at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', true, count(*)
from (select distinct on (session_id) timestamp as first from message order by session_id, timestamp) x group by 1;
-- figure: messages
select date_trunc('hour', timestamp at time zone 'UTC' at time zone 'Europe/Berlin'),
  case when sender = 'User' then 'user' when sender = 'Machine' then 'assistant' else 'other' end, count(*) from message group by 1, 2;
-- figure: people (none: who talks is not stored)
select * from message where false;
-- figure: depth
select session_id, count(*), count(*) filter (where sender = 'User') from message group by 1;
-- figure: documents
select 'done', right(path, 3), count(*), sum(size), 0 from file group by 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select user_id::text, count(*) from file group by 1;
