-- Plain SQL over the rows of flowise.sql.
-- figure: users
select case when id in (select "userId" from organization_user where "roleId" = md5('r1')::uuid) then 'admin' else 'user' end, status = 'active', count(*) from "user" where status in ('active', 'invited', 'unverified') group by 1, 2;
-- figure: registrations
select ("createdDate" at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from "user" where status <> 'deleted' group by 1;
-- figure: names
select count(*) from "user" where status <> 'deleted';
-- figure: conversations
select (first at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', true, count(*) from (select min("createdDate") as first from chat_message group by "chatId") t group by 1;
-- figure: messages
select date_trunc('hour', "createdDate" at time zone 'UTC' at time zone 'Europe/Berlin'), case role when 'userMessage' then 'user' else 'assistant' end, count(*) from chat_message group by 1, 2;
-- figure: people (none: nobody is stored with a chat)
select null, null, null where false;
-- figure: depth
select "chatId", count(*), count(*) filter (where role = 'userMessage') from chat_message group by 1;
-- figure: ratings
select case rating when 'THUMBS_UP' then 5 else 1 end, content <> '', count(*) from chat_message_feedback group by 1, 2;
-- figure: rated messages
select m.role = 'apiMessage', count(*), count(nullif(f.content, '')), 0::bigint from chat_message_feedback f join chat_message m on m.id = f."messageId" group by 1;
-- figure: answers
select true, count(*) from chat_message where role = 'apiMessage';
-- figure: documents
select case l ->> 'status' when 'SYNC' then 'done' else 'processing' end, coalesce(split_part(l #>> '{files,0,name}', '.', 2), 'unknown'), count(*), sum((l #>> '{files,0,size}')::int), sum((select count(*) from document_store_file_chunk c where c."docId"::text = l ->> 'id')) from document_store, json_array_elements(loaders::json) l group by 1, 2;
-- figure: failures (none: the platform keeps no reason)
select null, null where false;
-- figure: uploaders
select null::text, count(*) from document_store, json_array_elements(loaders::json) l;
