-- figure: users
select 'user', true, count(*) from auth.users;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from auth.users group by 1;
-- figure: names
select 0::bigint;
-- figure: conversations
select (creation_time at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', user_id is null, count(*) from chats group by 1, 3;
-- figure: messages
select date_trunc('hour', message_time at time zone 'Europe/Berlin'), who, count(*) from chat_history,
  lateral (values ('user', user_message), ('assistant', assistant)) x (who, said) where said > '' group by 1, 2;
-- figure: people
select (h.message_time at time zone 'Europe/Berlin')::date, c.user_id::text, count(*) from chat_history h join chats c using (chat_id)
where user_message > '' group by 1, 2;
-- figure: depth
select chat_id::text, count(*) + count(nullif(assistant, '')), count(*) from chat_history group by 1;
-- figure: ratings
select 1 + 4 * thumbs::int, false, count(*) from chat_history where thumbs is not null group by 1;
-- figure: rated messages
select true, count(*), 0, 0 from chat_history where thumbs is not null and assistant > '';
-- figure: answers
select c.user_id is null, count(*) from chat_history h join chats c using (chat_id) where assistant > '' group by 1;
-- figure: documents
select (array['failed', 'processing', 'processing', 'done'])[array_position(array['ERROR', 'PROCESSING', 'UPLOADED', 'PROCESSED'], status)],
  ltrim(mime_type, '.'), count(*), sum(file_size), sum((select count(*) from vectors where knowledge_id = k.id)) from knowledge k
where is_folder = false group by 1, 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select user_id::text, count(*) from knowledge where is_folder = false group by 1;
