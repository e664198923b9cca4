-- figure: users
select case when role in ('user', 'admin', 'super_admin') then role::text else 'other' end, is_active, count(*) from users group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users group by 1;
-- figure: names
select count(*) from users where first_name is not null or last_name is not null;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, case when is_voice_conversation then 'voice' else 'chat' end,
  user_id is null, count(*) from conversations group by 1, 2, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'Europe/Berlin'), role::text, count(*) from messages group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, c.user_id::text, count(*)
from conversations c join messages m on m.conversation_id = c.id where m.role = 'user' and c.user_id is not null group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where role = 'user') from messages group by 1;
-- figure: ratings
select rating, length(coalesce(comment, '')) > 0, count(*) from feedback group by 1, 2;
-- figure: rated messages
select m.role = 'assistant', count(*), count(nullif(f.comment, '')), count(distinct f.user_id)
from feedback f, messages m where m.id = f.message_id group by 1;
-- figure: answers
select c.user_id is null, count(*) from messages m join conversations c on c.id = m.conversation_id where role = 'assistant' group by 1;
-- figure: documents
select case status when 'lost' then 'other' else status::text end, case when file_type is null then 'unknown' when file_type like '.m%' then 'md' else 'pdf' end,
  count(*), sum(file_size), sum(chunk_count) from documents group by 1, 2;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select user_id::text, count(*) from documents group by 1;
