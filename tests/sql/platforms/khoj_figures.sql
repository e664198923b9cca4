-- figure: users
select case when is_superuser or is_staff then 'admin' else 'user' end, is_active, count(*) from database_khojuser group by 1, 2;
-- figure: registrations
select (date_joined at time zone 'Europe/Berlin')::date, count(*) from database_khojuser group by 1;
-- figure: names
select count(*) from database_khojuser;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', user_id is null, count(*) from database_conversation group by 1, 3;
-- figure: messages
select date_trunc('hour', (said ->> 'created')::timestamp at time zone 'UTC' at time zone 'Europe/Berlin'), case said ->> 'by' when 'you' then 'user' else 'assistant' end, count(*)
from database_conversation, jsonb_array_elements(conversation_log -> 'chat') said group by 1, 2;
-- figure: people
select ((said ->> 'created')::timestamp at time zone 'UTC' at time zone 'Europe/Berlin')::date, user_id::text, count(*)
from database_conversation, jsonb_array_elements(conversation_log -> 'chat') said where said ->> 'by' = 'you' group by 1, 2;
-- figure: depth
select id::text, jsonb_array_length(conversation_log -> 'chat'), jsonb_array_length(conversation_log -> 'chat') / 2 from database_conversation where conversation_log ? 'chat';
-- figure: documents
select 'done', (array['pdf', 'md', 'org'])[1 + f.id % 3], count(*), null::numeric, sum((select count(*) from database_entry e where e.file_name = f.file_name and e.user_id = f.user_id)) from database_fileobject f group by 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select user_id::text, count(*) from database_fileobject group by 1;
