-- Plain SQL over the rows of tandem.sql.
-- figure: users
select case when seat = any (array['owner', 'admin']::seat_kind[]) then 'admin' else 'user' end, deactivated_at is null, count(*) from members group by 1, 2;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from members group by 1;
-- figure: names
select count(full_name) from members;
-- figure: conversations
select (opened_at at time zone 'Europe/Berlin')::date, 'chat', opened_by is null, count(*) from threads where discarded_at is null group by 1, 3;
-- figure: messages
select date_trunc('hour', spoken_at at time zone 'Europe/Berlin'), coalesce((array['user', 'assistant'])[array_position(array['member', 'copilot'], speaker::text)], 'other'), count(*)
from utterances where thread_id not in (select id from threads where discarded_at is not null) group by 1, 2;
-- figure: people
select (x.spoken_at at time zone 'Europe/Berlin')::date, t.opened_by::text, count(*) from threads t, utterances x
where x.thread_id = t.id and t.discarded_at is null and t.opened_by is not null and x.speaker = 'member' group by 1, 2;
-- figure: depth
select thread_id::text, count(*), count(*) filter (where speaker = 'member') from utterances
where exists (select from threads where threads.id = thread_id and discarded_at is null) group by 1;
-- figure: ratings
select 1 + 4 * helpful::int, coalesce(remark, '') <> '', count(*) from verdicts
where utterance_id in (select u2.id from utterances u2 join threads on threads.id = u2.thread_id and discarded_at is null) group by 1, 2;
-- figure: rated messages
select x.speaker = 'copilot', count(*), count(nullif(remark, '')), count(distinct v.member_id) from verdicts v join utterances x on x.id = v.utterance_id
join threads t on t.id = x.thread_id where discarded_at is null group by 1;
-- figure: answers
select t.opened_by is null, count(*) from utterances x join threads t on t.id = x.thread_id where speaker = 'copilot' and discarded_at is null group by 1;
-- figure: documents
select case when state = 'indexed' then 'done' when state = 'broken' then 'failed' else 'processing' end, lower(split_part(original_name, '.', 2)), count(*), sum(byte_size),
  sum((select count(*) from passages where source_id = sources.id))
from sources where removed_at is null group by 1, 2;
-- figure: failures
select id::text, broken_because from sources where state = 'broken' and removed_at is null;
-- figure: uploaders
select added_by::text, count(*) from sources where removed_at is null group by 1;
