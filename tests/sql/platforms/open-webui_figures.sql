-- figure: users
select case when role = 'admin' then 'admin' else 'user' end, role in ('admin', 'user'), count(*) from "user" group by 1, 2;
-- figure: registrations
select ((timestamp 'epoch' + created_at * interval '1 second') at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*)
from "user" group by 1;
-- figure: names
select count(name) from "user";
-- figure: conversations
select ((timestamp 'epoch' + created_at * interval '1 second') at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', false, count(*)
from chat where left(user_id, 7) <> 'shared-' group by 1;
-- figure: ratings
select case (data ->> 'rating')::int when 1 then 5 else 1 end, data ->> 'comment' <> '', count(*) from feedback
where type = 'rating' and meta ->> 'chat_id' in (select id from chat where left(user_id, 7) <> 'shared-') group by 1, 2;
-- figure: documents
select case when s = 'failed' then s when s = 'pending' then 'processing' else 'done' end, lower(split_part(filename, '.', 2)),
  count(*), sum((meta ->> 'size')::int), 0 from (select *, data ->> 'status' as s from file) f group by 1, 2;
-- figure: failures
select id, replace(data ->> 'error', E'\n', '') from file where data ->> 'status' = 'failed' and data ->> 'error' > '';
-- figure: uploaders
select user_id, count(*) from file group by 1;
-- figure: messages
select date_trunc('hour', (timestamp 'epoch' + case when m.created_at > 9999999999 then m.created_at / 1000 else m.created_at end * interval '1 second')
  at time zone 'UTC' at time zone 'Europe/Berlin'), m.role, count(*) from chat_message m where m.user_id not like 'shared-%' group by 1, 2;
-- figure: people
select ((timestamp 'epoch' + case when m.created_at > 9999999999 then m.created_at / 1000 else m.created_at end * interval '1 second')
  at time zone 'UTC' at time zone 'Europe/Berlin')::date, m.user_id, count(*) from chat_message m
where m.user_id not like 'shared-%' and role = 'user' group by 1, 2;
-- figure: depth
select chat_id, count(*), count(*) filter (where role = 'user') from chat_message where left(user_id, 1) = 'u' group by 1;
-- figure: rated messages
select m.role = 'assistant', count(*), count(nullif(f.data ->> 'comment', '')), count(distinct f.user_id) from feedback f
join chat_message m on m.chat_id = f.meta ->> 'chat_id' and split_part(m.id, '-', 2) = f.meta ->> 'message_id'
where f.type = 'rating' and m.user_id not like 'shared-%' group by 1;
-- figure: answers
select false, count(*) from chat_message where role = 'assistant' and left(user_id, 1) = 'u';
