-- figure: users
select role, may, sum(n) from (
  select 'user' as role, not blocked as may, count(*) as n from contacts group by 2
  union all select case when 1 = any (array(select role from account_users a where a.user_id = users.id)) then 'admin' else 'user' end, true, 1 from users
) x group by 1, 2;
-- figure: registrations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, count(*) from (select created_at from contacts union all select created_at from users) x group by 1;
-- figure: names
select (select count(name) from contacts) + (select count(*) from users);
-- figure: conversations
select (created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, 'chat', contact_id is null, count(*) from conversations group by 1, 3;
-- figure: messages
select date_trunc('hour', created_at at time zone 'UTC' at time zone 'Europe/Berlin'), (array['user', 'assistant', 'system', 'system'])[1 + message_type], count(*)
from messages where private is false group by 1, 2;
-- figure: people
select (m.created_at at time zone 'UTC' at time zone 'Europe/Berlin')::date, concat('contact:', c.contact_id), count(*)
from messages m join conversations c on c.id = m.conversation_id where not private and message_type = 0 and contact_id is not null group by 1, 2;
-- figure: depth
select conversation_id::text, count(*), count(*) filter (where message_type = 0) from messages where not private group by 1;
-- figure: ratings
select rating, coalesce(feedback_message, '') <> '', count(*) from csat_survey_responses group by 1, 2;
-- figure: rated messages
select m.message_type = 1, count(*), count(feedback_message), count(distinct contact_id) from csat_survey_responses r join messages m on m.id = r.message_id and not private group by 1;
-- figure: answers
select contact_id is null, count(*) from messages m, conversations c where c.id = m.conversation_id and message_type = 1 and not private group by 1;
-- figure: tickets
select (array['open', 'resolved', 'open', 'in_progress'])[1 + status], coalesce((array['low', 'medium', 'high', 'urgent'])[1 + priority], 'other'),
  coalesce((select name from inboxes i where i.id = inbox_id), 'none'), count(*), count(first_reply_created_at),
  count(*) filter (where status = 1 and id in (select conversation_id from reporting_events where name = 'conversation_resolved')), 0
from conversations group by 1, 2, 3;
-- figure: ticket people
select 'contact:' || contact_id, 'agent:' || assignee_id, count(*) from conversations group by 1, 2;
