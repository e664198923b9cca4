-- Plain SQL over the rows of engine/platform/strangers/surfsense.sql.
-- figure: users
select case when is_superuser then 'admin' else 'user' end, is_active, count(*) from "user" group by 1, 2;
-- figure: registrations
select (first at time zone 'Europe/Berlin')::date, count(*) from (select min(created_at) as first from workspaces group by user_id) w group by 1;
-- figure: names
select count(*) from "user" where display_name > '';
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', created_by_id is null, count(*) from new_chat_threads group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), case role when 'USER' then 'user' when 'ASSISTANT' then 'assistant' else 'system' end, count(*)
from new_chat_messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, t.created_by_id::text, count(*)
from new_chat_messages m, new_chat_threads t where t.id = m.thread_id and m.role = 'USER' and t.created_by_id is not null group by 1, 2;
-- figure: depth
select thread_id::text, count(*), count(*) filter (where role = 'USER') from new_chat_messages group by 1;
-- figure: documents
with files as (select document_id, lower(reverse(split_part(reverse(original_filename), '.', 1))) as ext, size_bytes from document_files),
  parts as (select document_id, count(*) as n from chunks group by 1)
select case when status @> '{"state": "ready"}' then 'done' when status @> '{"state": "failed"}' then 'failed' else 'processing' end, coalesce(ext, 'unknown'), count(*),
  sum(size_bytes), sum(coalesce(n, 0))
from documents d left join files f on f.document_id = d.id left join parts p on p.document_id = d.id group by 1, 2;
-- figure: failures
select id::text, 'rate limit' from documents where status @> '{"reason": "rate limit"}';
-- figure: uploaders
select created_by_id::text, count(*) from documents group by 1;
