-- Plain SQL over the rows of engine/platform/strangers/letta.sql.
-- figure: users
select 'user', true, count(*) from users where not is_deleted;
-- figure: registrations
select (created_at at time zone 'Europe/Berlin')::date, count(*) from users where not is_deleted group by 1;
-- figure: names
select count(name) from users where not is_deleted;
-- figure: conversations
select (created_at at time zone 'Europe/Berlin')::date, 'chat', _created_by_id is null, count(*) from agents where is_deleted = false group by 1, 3;
-- figure: messages
select date_trunc('hour', m.created_at at time zone 'Europe/Berlin'), case role when 'tool' then 'other' else role end, count(*)
from messages m, agents a where a.id = agent_id and not (m.is_deleted or a.is_deleted) group by 1, 2;
-- figure: people
select (m.created_at at time zone 'Europe/Berlin')::date, a._created_by_id::text, count(*)
from messages m, agents a where a.id = agent_id and not (m.is_deleted or a.is_deleted) and role = 'user' group by 1, 2;
-- figure: depth
select agent_id::text, count(*), count(*) filter (where role = 'user')
from messages m where not is_deleted and agent_id not in (select id from agents where is_deleted) group by 1;
-- figure: documents
select 'done', 'pdf', count(*), sum(file_size), sum((select count(*) from source_passages p where p.file_id = f.id)) from files f where not is_deleted;
-- figure: failures (none: the platform gives no reason)
select null, null where false;
-- figure: uploaders
select _created_by_id::text, count(*) from files where not is_deleted group by 1;
