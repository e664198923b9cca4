-- figure: users
with everyone as (
  select id, status = 'active' as may, exists (select from tenant_account_joins where account_id = accounts.id
    and role = any (array['owner', 'admin'])) as rules from accounts
  union select id, true, false from end_users
)
select case when rules then 'admin' else 'user' end, may, count(*) from everyone group by 1, 2;
-- figure: registrations
select ((created_at at time zone 'UTC') at time zone 'Europe/Berlin')::date, count(*)
from (select created_at from accounts union all select created_at from end_users) x group by 1;
-- figure: names
select (select count(*) from accounts) + (select count(name) from end_users);
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat',
  from_end_user_id is null and from_account_id is null, count(*)
from conversations where is_deleted = false group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), who, count(*)
from messages, unnest(case when answer = '' then array['user'] else array['user', 'assistant'] end) who
where conversation_id in (select id from conversations where not is_deleted) group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date,
  coalesce(c.from_end_user_id::text, c.from_account_id::text), count(*)
from messages m, conversations c where c.id = m.conversation_id and not c.is_deleted
  and (c.from_end_user_id is not null or c.from_account_id is not null) group by 1, 2;
-- figure: depth
select conversation_id::text, count(*) + count(nullif(answer, '')), count(*)
from messages where conversation_id not in (select id from conversations where is_deleted) group by 1;
-- figure: ratings
select case when rating = 'like' then 5 else 1 end, coalesce(content, '') > '', count(*)
from message_feedbacks f where exists (select from conversations c where c.id = f.conversation_id and not is_deleted)
group by 1, 2;
-- figure: rated messages
select true, count(*), count(nullif(content, '')), count(distinct coalesce(f.from_end_user_id, f.from_account_id))
from message_feedbacks f join messages m on m.id = f.message_id
where m.answer <> '' and f.conversation_id in (select id from conversations where not is_deleted);
-- figure: answers
select c.from_end_user_id is null and c.from_account_id is null, count(*)
from messages m join conversations c on c.id = m.conversation_id where m.answer <> '' and not is_deleted group by 1;
-- figure: documents
select case when indexing_status = 'completed' then 'done' when indexing_status = 'error' then 'failed'
  else 'processing' end, coalesce(nullif(extension, 'markdown'), case when extension is null then 'unknown' else 'md' end),
  count(distinct d.id), sum(size), sum((select count(*) from document_segments where document_id = d.id))
from documents d left join upload_files f on data_source_type = 'upload_file' and strpos(data_source_info, f.id::text) > 0
group by 1, 2;
-- figure: failures
select id::text, left(btrim(replace(replace(error, E'\n', ' '), E'\t', '')), 300) from documents where indexing_status = 'error' and error > '';
-- figure: uploaders
select created_by::text, count(*) from documents group by 1;
