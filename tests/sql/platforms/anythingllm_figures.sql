-- figure: users
select case role when 'admin' then 'admin' else 'user' end, suspended = 0, count(*) from users group by 1, 2;
-- figure: registrations
select ("createdAt" at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(*) from users;
-- figure: conversations
select (began at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', who is null, count(*) from (
  select user_id as who, "createdAt" as began from workspace_threads
  union all
  select user_id, min("createdAt") from workspace_chats where thread_id is null group by user_id, "workspaceId"
) talks group by 1, 3;
-- figure: messages
select date_trunc('hour', "createdAt" at time zone 'UTC' at time zone 'Europe/Berlin'), who, count(*) from workspace_chats, unnest(array['user', 'assistant']) who group by 1, 2;
-- figure: people
select ("createdAt" at time zone 'UTC' at time zone 'Europe/Berlin')::date, user_id::text, count(*) from workspace_chats where user_id is not null group by 1, 2;
-- figure: depth
select coalesce(thread_id::text, 'workspace:' || "workspaceId" || ':' || user_id), 2 * count(*), count(*) from workspace_chats group by 1;
-- figure: ratings
select 1 + 4 * "feedbackScore"::int, false, count(*) from workspace_chats where "feedbackScore" is not null group by 1;
-- figure: rated messages
select true, count(*), 0, count(distinct user_id) from workspace_chats where "feedbackScore" is not null;
-- figure: answers
select user_id is null, count(*) from workspace_chats group by 1;
-- figure: documents
select 'done', (regexp_match(filename, '[.]([a-z]+)-'))[1], count(*), null::numeric, sum((select count(*) from document_vectors v where v."docId" = d."docId")) from workspace_documents d group by 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select null::text, count(*) from workspace_documents;
