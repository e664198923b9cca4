-- figure: users
select case role when 'ADMIN' then 'admin' else 'user' end, is_active, count(*) from "user" group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from "user" group by 1;
-- figure: names
select count(personal_name) from "user";
-- figure: conversations
select (time_created at time zone 'Europe/Berlin')::date, 'chat', user_id is null, count(*) from chat_session where deleted is false group by 1, 3;
-- figure: messages
select date_trunc('hour', time_sent at time zone 'Europe/Berlin'),
  case when message_type in ('USER', 'ASSISTANT') then lower(message_type) else 'other' end, count(*)
from chat_message where message_type != 'SYSTEM' and chat_session_id not in (select id from chat_session where deleted) group by 1, 2;
-- figure: people
select (m.time_sent at time zone 'Europe/Berlin')::date, s.user_id::text, count(*) from chat_session s, chat_message m
where m.chat_session_id = s.id and not s.deleted and s.user_id is not null and m.message_type = 'USER' group by 1, 2;
-- figure: depth
select chat_session_id::text, count(*), count(case message_type when 'USER' then 1 end) from chat_message
where message_type != 'SYSTEM' and chat_session_id in (select id from chat_session where not deleted) group by 1;
-- figure: ratings
select 1 + 4 * is_positive::int, feedback_text is not null, count(*) from chat_feedback
where is_positive is not null and chat_message_id in (select id from chat_message where chat_session_id not in (select id from chat_session where deleted)) group by 1, 2;
-- figure: rated messages
select m.message_type = 'ASSISTANT', count(*), count(feedback_text), count(distinct s.user_id) from chat_feedback f
join chat_message m on f.chat_message_id = m.id and m.message_type != 'SYSTEM' join chat_session s on s.id = m.chat_session_id
where is_positive is not null and not deleted group by 1;
-- figure: answers
select s.user_id is null, count(*) from chat_message m join chat_session s on s.id = chat_session_id
where message_type = 'ASSISTANT' and not deleted group by 1;
-- figure: documents
select status, type, count(*), null::numeric, sum(chunks) from (
  select case when status = 'COMPLETED' then 'done' when status in ('FAILED', 'SKIPPED', 'CANCELED') then 'failed' else 'processing' end as status,
    case when strpos(name, '.') = 0 then 'unknown' else lower(split_part(name, '.', 2)) end as type, coalesce(chunk_count, 0) as chunks
  from user_file where status != 'DELETING'
  union all select case when coalesce(chunk_count, 0) = 0 then 'processing' else 'done' end, 'unknown', coalesce(chunk_count, 0) from document where hidden = false
) d group by 1, 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select user_id::text, count(*) from user_file where status != 'DELETING' group by 1
union all select null, count(*) from document where not hidden;
