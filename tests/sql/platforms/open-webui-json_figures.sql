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
with m as (select c.user_id, c.id as chat, x.id, x.role, case when x.timestamp > 9999999999 then x.timestamp / 1000 else x.timestamp end as s
  from chat c, json_object_keys(c.chat -> 'history' -> 'messages') k, json_to_record(c.chat -> 'history' -> 'messages' -> k) as x (id text, role text, timestamp bigint)
  where left(c.user_id, 1) = 'u')
select date_trunc('hour', (timestamp 'epoch' + s * interval '1 second') at time zone 'UTC' at time zone 'Europe/Berlin'), role, count(*) from m group by 1, 2;
-- figure: people
with m as (select c.user_id, x.role, case when x.timestamp > 9999999999 then x.timestamp / 1000 else x.timestamp end as s
  from chat c, json_object_keys(c.chat -> 'history' -> 'messages') k, json_to_record(c.chat -> 'history' -> 'messages' -> k) as x (role text, timestamp bigint)
  where left(c.user_id, 1) = 'u')
select ((timestamp 'epoch' + s * interval '1 second') at time zone 'UTC' at time zone 'Europe/Berlin')::date, user_id, count(*) from m where role = 'user' group by 1, 2;
-- figure: depth
select c.id, count(*), count(*) filter (where c.chat -> 'history' -> 'messages' -> k ->> 'role' = 'user')
from chat c, json_object_keys(c.chat -> 'history' -> 'messages') k where left(c.user_id, 1) = 'u' group by 1;
-- figure: rated messages
select m ->> 'role' = 'assistant', count(*), count(nullif(f.data ->> 'comment', '')), count(distinct f.user_id)
from feedback f join chat c on c.id = f.meta ->> 'chat_id', lateral (select c.chat -> 'history' -> 'messages' -> (f.meta ->> 'message_id') as m) x
where f.type = 'rating' and m is not null and left(c.user_id, 1) = 'u' group by 1;
-- figure: answers
select false, count(*) from chat c, json_object_keys(c.chat -> 'history' -> 'messages') k
where c.chat -> 'history' -> 'messages' -> k ->> 'role' = 'assistant' and left(c.user_id, 1) = 'u';
